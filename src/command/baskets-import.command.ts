import { type Command, InvalidArgumentError } from 'commander';
import { BasketImport, type BasketImportReport } from '../oscar-import/basket-import.service.js';
import { databaseUrlProblem } from '../config/database-url.js';
import { interruption } from './interruption.js';
import { type Progress, startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

interface Options {
  from: string;
  users: string;
  dryRun?: boolean;
  json?: boolean;
}

export function addBasketsImport(program: Command): void {
  program
    .command('baskets:import')
    .description('import the open baskets of a django-oscar shop, without orphans')
    .requiredOption('--from <url>', 'the database of the shop, only read: postgres://…', parseUrl)
    .option('--users <table>', 'the table of users', 'auth_user')
    .option('--dry-run', 'report the result without importing')
    .option('--json', 'print one JSON object and no progress')
    .action(async (options: Options) => {
      const report = await importBaskets(options);
      process.stdout.write(`${options.json ? JSON.stringify(report) : tableOf(report)}\n`);
    });
}

async function importBaskets({
  dryRun = false,
  json = false,
  ...rest
}: Options): Promise<BasketImportReport> {
  const signal = interruption();
  let progress: Progress | undefined;
  const onProgress = (total: number, rows: number) => {
    progress ??= startProgress(total, json);
    progress.show(rows, 'rows');
  };
  try {
    return await runWithApplication((app) =>
      app.get(BasketImport).import({ ...rest, dryRun, signal, onProgress }),
    );
  } catch (error) {
    if (signal.aborted) throw new Error('Interrupted: nothing was imported.', { cause: error });
    throw error;
  } finally {
    progress?.stop();
  }
}

function parseUrl(text: string): string {
  const problem = databaseUrlProblem(text);
  if (problem === null) return text;
  throw new InvalidArgumentError(`It ${problem}.`);
}

function tableOf({ dryRun, taken, left }: BasketImportReport): string {
  const rows = (counts: Record<string, number>) =>
    Object.entries(counts).map(([what, count]) => `  ${what.padEnd(24)} ${String(count).padStart(12)}`);
  const sections = Object.entries(left).flatMap(([what, counts]) =>
    Object.keys(counts).length > 0 ? [`Skipped, ${what}:`, ...rows(counts)] : [],
  );
  return [dryRun ? 'Would import:' : 'Imported:', ...rows(taken), ...sections].join('\n');
}
