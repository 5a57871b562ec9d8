import type { Command } from 'commander';
import { GuestBasketService } from '../basket/expiry/guest-basket.service.js';
import { ClockCheck } from '../database/clock-check.service.js';
import { messageOf } from '../problem/error-text.js';
import { CleanupRuns } from '../session/cleanup/cleanup-runs.service.js';
import { SessionCounts } from '../session/cleanup/session-counts.service.js';
import { positiveInteger } from './integer-argument.js';
import { interruption } from './interruption.js';
import { startProgress } from './progress.js';
import { runWithApplication } from './run-with-application.js';

const MAX_BATCH = 100_000;

interface Options {
  dryRun?: true;
  batch?: number;
  json?: true;
}

/** What went, or with `--dry-run` what would go. */
interface Result {
  sessions: number;
  baskets: number;
  dryRun: boolean;
  /** Sessions that could not be removed. */
  failures: number;
  stopReason: string;
  /** Why it failed; what is reported beside it is gone all the same. */
  error?: string;
}

export function addSessionsClear(program: Command): void {
  program
    .command('sessions:clear')
    .description('remove expired sessions with their open guest baskets')
    .option('--dry-run', 'only say what would go')
    .option('--batch <n>', 'sessions in one transaction', positiveInteger(MAX_BATCH))
    .option('--json', 'print one JSON object and no progress')
    .action(async (options: Options) => {
      const result = await (options.dryRun ? countExpired() : removeExpired(options));
      process.stdout.write(`${options.json ? JSON.stringify(result) : sentenceOf(result)}\n`);
      if (result.failures > 0 || ['interrupted', 'failed'].includes(result.stopReason)) process.exitCode = 1;
    });
}

async function countExpired(): Promise<Result> {
  return runWithApplication(async (app) => {
    // It removes nothing, so it may count; the log says that the clocks differ.
    await app.get(ClockCheck).read();
    const sessions = await app.get(SessionCounts).countExpiredExactly(0);
    const baskets = await app.get(GuestBasketService).countExpired();
    return { sessions, baskets, dryRun: true, failures: 0, stopReason: 'dry-run' };
  });
}

/** Until nothing is left; the time budget is the schedule's. Ctrl-C ends it after the batch under way. */
async function removeExpired({ batch: batchSize, json }: Options): Promise<Result> {
  const signal = interruption();
  return runWithApplication(async (app) => {
    const { count } = await app.get(SessionCounts).countExpired();
    const progress = startProgress(count, json ?? false);
    let removed = { sessions: 0, baskets: 0 };
    const onProgress = (soFar: typeof removed) => {
      removed = { ...soFar };
      progress.show(removed.sessions, 'sessions');
    };
    try {
      const options = { batchSize, budgetSeconds: Infinity, signal, onProgress };
      return { ...(await app.get(CleanupRuns).run('cli', options)), dryRun: false };
    } catch (error) {
      return { ...removed, dryRun: false, failures: 0, stopReason: 'failed', error: messageOf(error) };
    } finally {
      progress.stop();
    }
  });
}

function sentenceOf({ sessions, baskets, dryRun, failures, stopReason, error }: Result): string {
  const what = `${sessions} expired sessions with ${baskets} guest baskets`;
  if (dryRun) return `Would remove ${what}.`;
  const failed = failures > 0 ? ` ${failures} sessions could not be removed; the log says why.` : '';
  return `Removed ${what} (${stopReason}).${failed}${error ? ` ${error}` : ''}`;
}
