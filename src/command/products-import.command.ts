import type { Command } from 'commander';
import { type ImportReport, ProductImport } from '../catalogue/product-import.service.js';
import { startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

/** More than these are counted, not printed. */
const SHOWN_ERRORS = 20;

export function addProductsImport(program: Command): void {
  program
    .command('products:import')
    .description('make or change products from a CSV file with a header')
    .argument(
      '<file>',
      'columns sku, name, unitPriceMinor, and if wanted description, imageUrl, stock, isActive',
    )
    .option('--atomic', 'all lines or none')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { atomic?: true; json?: true }) => {
      const report = await importWithProgress(file, options.atomic ?? false, options.json ?? false);
      process.stdout.write(`${options.json ? JSON.stringify(report) : sentencesOf(report)}\n`);
      if (report.errors.length > 0) process.exitCode = 1;
    });
}

async function importWithProgress(file: string, atomic: boolean, isQuiet: boolean): Promise<ImportReport> {
  // How many lines there are is known only at the end.
  const progress = startProgress(0, isQuiet);
  const onProgress = (rows: number) => progress.show(rows, 'products');
  try {
    return await runWithApplication((app) => app.get(ProductImport).import(file, { atomic, onProgress }));
  } finally {
    progress.stop();
  }
}

function sentencesOf({ imported, errors }: ImportReport): string {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ line, message }) => `Line ${line}: ${message}.`);
  const more = errors.length > SHOWN_ERRORS ? [`And ${errors.length - SHOWN_ERRORS} lines more.`] : [];
  return [...shown, ...more, `Imported ${imported} products, refused ${errors.length} lines.`].join('\n');
}
