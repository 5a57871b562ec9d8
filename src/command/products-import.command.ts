import type { Command } from 'commander';
import { type ImportReport, ProductImport } from '../catalogue/import/product-import.service.js';
import { messageOf } from '../problem/error-text.js';
import { interruption } from './interruption.js';
import { startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

/** More than these are counted, not printed. */
const SHOWN_ERRORS = 20;

const ARGUMENT = `columns sku, name, unitPriceMinor, and if wanted description, imageUrl, stock, isActive.
A product that exists keeps what the header does not name; a new one gets the defaults: no
description, no image, unlimited stock, for sale. An empty field in a named column clears the
description or the image and lifts the limit of the stock; an empty isActive changes nothing.`;

export function addProductsImport(program: Command): void {
  program
    .command('products:import')
    .description('make or change products from a CSV file with a header: UTF-8, separated by commas')
    .argument('<file>', ARGUMENT)
    .option('--atomic', 'all lines or none')
    .option('--json', 'print one JSON object, whatever happens')
    .action(async (file: string, options: { atomic?: true; json?: true }) => {
      const report = await importWithProgress(file, options.atomic ?? false, options.json ?? false);
      process.stdout.write(`${options.json ? JSON.stringify(report) : sentencesOf(report)}\n`);
      if (!options.json && report.error !== undefined) process.stderr.write(`${report.error}.\n`);
      if (report.errors.length > 0 || report.error !== undefined) process.exitCode = 1;
    });
}

async function importWithProgress(file: string, atomic: boolean, isQuiet: boolean): Promise<ImportReport> {
  const signal = interruption();
  // How many lines there are is known only at the end.
  const progress = startProgress(0, isQuiet);
  const onProgress = (rows: number) => progress.show(rows, 'products');
  let report: ImportReport = { imported: 0, errors: [] };
  try {
    await runWithApplication(async (app) => {
      report = await app.get(ProductImport).import(file, { atomic, signal, onProgress });
    });
  } catch (error) {
    // Bad settings, or no database. What was imported before is in the report.
    report.error ??= messageOf(error);
  } finally {
    progress.stop();
  }
  return report;
}

function sentencesOf({ imported, errors, moreErrors = 0, error }: ImportReport): string {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ line, message }) => `Line ${line}: ${message}.`);
  const refused = errors.length + moreErrors;
  const more = refused > SHOWN_ERRORS ? [`And ${refused - SHOWN_ERRORS} lines more.`] : [];
  const isEmpty = imported === 0 && refused === 0 && error === undefined;
  const empty = isEmpty ? ['The file has no products, only a header.'] : [];
  return [...shown, ...more, ...empty, `Imported ${imported} products, refused ${refused} lines.`].join('\n');
}
