import cliProgress from 'cli-progress';
import type { Command } from 'commander';
import { type ImportReport, ProductImport } from '../catalogue/product-import.service.js';
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

/** A bar on a terminal, nothing elsewhere. */
async function importWithProgress(file: string, atomic: boolean, isQuiet: boolean): Promise<ImportReport> {
  const bar = new cliProgress.SingleBar({
    format: '{value} products, {duration_formatted}',
    stream: process.stderr,
  });
  const isShown = process.stderr.isTTY && !isQuiet;
  if (isShown) bar.start(0, 0);
  try {
    return await runWithApplication((app) =>
      app.get(ProductImport).import(file, { atomic, onProgress: (rows) => isShown && bar.update(rows) }),
    );
  } finally {
    if (isShown) bar.stop();
  }
}

function sentencesOf({ imported, errors }: ImportReport): string {
  const shown = errors.slice(0, SHOWN_ERRORS).map(({ line, message }) => `Line ${line}: ${message}.`);
  const more = errors.length > SHOWN_ERRORS ? [`And ${errors.length - SHOWN_ERRORS} lines more.`] : [];
  return [...shown, ...more, `Imported ${imported} products, refused ${errors.length} lines.`].join('\n');
}
