import { isUUID } from 'class-validator';
import { type Command, InvalidArgumentError } from 'commander';
import { OrphanSweep, type SweepResult } from '../basket/expiry/orphan-sweep.service.js';
import { ClockCheck } from '../database/clock-check.service.js';
import { duration } from './duration-argument.js';
import { interruption } from './interruption.js';
import { positiveInteger } from './integer-argument.js';
import { startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

interface Options {
  dryRun?: boolean;
  olderThan: number;
  batch: number;
  limit?: number;
  after?: string;
  json?: boolean;
}

export function addBasketsSweep(program: Command): void {
  program
    .command('baskets:sweep')
    .description('remove orphans: open guest baskets without a session, left by an old shop')
    .option('--dry-run', 'count the orphans without removing them')
    .option(
      '--older-than <duration>',
      'minimum time since the last change: 90s, 30m, 1h, 7d',
      duration,
      duration('1h'),
    )
    .option('--batch <n>', 'baskets per transaction', positiveInteger(100_000), 5_000)
    .option('--limit <n>', 'remove at most this many', positiveInteger(Number.MAX_SAFE_INTEGER))
    .option('--after <id>', 'continue an interrupted sweep after this basket', parseId)
    .option('--json', 'print one JSON object and no progress')
    .action(async (options: Options) => {
      const result = { ...(await sweep(options)), dryRun: options.dryRun ?? false };
      process.stdout.write(`${options.json ? JSON.stringify(result) : sentenceOf(result)}\n`);
      if (['interrupted', 'failed'].includes(result.stopReason)) process.exitCode = 1;
    });
}

async function sweep({
  dryRun = false,
  olderThan,
  batch,
  json = false,
  ...rest
}: Options): Promise<SweepResult> {
  const signal = interruption();
  return runWithApplication(async (app) => {
    // A dry run removes nothing, so it may run with different clocks. The log reports the
    // difference.
    await app.get(ClockCheck).read();
    const orphans = app.get(OrphanSweep);
    const progress = startProgress(await orphans.estimate(), json);
    try {
      return await orphans.sweep({
        ...rest,
        olderThanMilliseconds: olderThan,
        batchSize: batch,
        dryRun,
        signal,
        onProgress: ({ checked, baskets }) => progress.show(checked, `baskets, ${baskets} of them orphans`),
      });
    } finally {
      progress.stop();
    }
  });
}

function parseId(text: string): string {
  if (isUUID(text)) return text;
  throw new InvalidArgumentError('It must be the id of a basket.');
}

function sentenceOf({
  baskets,
  checked,
  lastId,
  stopReason,
  dryRun,
  error = '',
}: SweepResult & { dryRun: boolean }): string {
  const what = `${baskets} orphaned guest baskets of ${checked} checked`;
  const resumeHint = stopReason === 'drained' || lastId === null ? '' : ` Continue with --after ${lastId}.`;
  const end = `(${stopReason}).${resumeHint} ${error}`.trimEnd();
  return `${dryRun ? 'Would remove' : 'Removed'} ${what} ${end}`;
}
