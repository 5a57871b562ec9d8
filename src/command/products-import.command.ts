import type { Command } from 'commander';
import { type ImportReport, ProductImport } from '../catalogue/import/product-import.service.js';
import { messageOf } from '../problem/error-text.js';
import { interruption } from './interruption.js';
import { startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

/** The number of errors to print. The rest are counted. */
const SHOWN_ERRORS = 20;

const ARGUMENT = `columns sku, name, unitPriceMinor; optional: description, imageUrl, stock or stockChange,
isActive, minQuantity, maxQuantity, quantityStep.
A missing column does not change an existing product. A new product gets the defaults: no
description, no image, unlimited stock, for sale. An empty field clears the description or the
image, or makes the stock unlimited. An empty isActive changes nothing.`;

export function addProductsImport(program: Command): void {
  program
    .command('products:import')
    .description('create or change products from a CSV file: UTF-8, commas, with a header')
    .argument('<file>', ARGUMENT)
    .option('--atomic', 'import all lines or none')
    .option('--json', 'print one JSON object, also after an error')
    .action(async (file: string, options: { atomic?: true; json?: true }) => {
      const report = await importWithProgress(file, options.atomic ?? false, options.json ?? false);
      process.stdout.write(`${options.json ? JSON.stringify(report) : sentencesOf(report)}\n`);
      if (!options.json && report.error !== undefined) process.stderr.write(`${report.error}.\n`);
      if (report.errors.length > 0 || report.error !== undefined) process.exitCode = 1;
    });
}

async function importWithProgress(file: string, atomic: boolean, isQuiet: boolean): Promise<ImportReport> {
  const signal = interruption();
  // The number of lines is unknown until the end.
  const progress = startProgress(0, isQuiet);
  const onProgress = (rows: number) => progress.show(rows, 'products');
  let report: ImportReport = { imported: 0, errors: [] };
  try {
    await runWithApplication(async (app) => {
      report = await app.get(ProductImport).import(file, { atomic, signal, onProgress });
    });
  } catch (error) {
    // For example invalid settings, or no database. The report counts the products imported before.
    report.error ??= messageOf(error);
  } finally {
    progress.stop();
  }
  return report;
}

function sentencesOf({ imported, errors, moreErrors = 0, error }: ImportReport): string {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ line, message }) => `Line ${line}: ${message}.`);
  const refused = errors.length + moreErrors;
  const more = refused > SHOWN_ERRORS ? [`And ${refused - SHOWN_ERRORS} more lines.`] : [];
  const isEmpty = imported === 0 && refused === 0 && error === undefined;
  const empty = isEmpty ? ['The file has only a header and no products.'] : [];
  return [...shown, ...more, ...empty, `Imported ${imported} products, refused ${refused} lines.`].join('\n');
}
