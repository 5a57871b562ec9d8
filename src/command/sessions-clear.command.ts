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

/** The removed rows, or with `--dry-run` the rows that would be removed. */
interface Result {
  sessions: number;
  baskets: number;
  dryRun: boolean;
  /** The number of sessions that could not be removed. */
  failures: number;
  stopReason: string;
  /** The reason of a failure. The counted rows are removed in spite of it. */
  error?: string;
}

export function addSessionsClear(program: Command): void {
  program
    .command('sessions:clear')
    .description('remove expired sessions and their open guest baskets')
    .option('--dry-run', 'count the sessions and baskets without removing them')
    .option('--batch <n>', 'sessions per transaction', positiveInteger(MAX_BATCH))
    .option('--json', 'print one JSON object and no progress')
    .action(async (options: Options) => {
      const result = await (options.dryRun ? countExpired() : removeExpired(options));
      process.stdout.write(`${options.json ? JSON.stringify(result) : sentenceOf(result)}\n`);
      if (result.failures > 0 || ['interrupted', 'failed'].includes(result.stopReason)) process.exitCode = 1;
    });
}

async function countExpired(): Promise<Result> {
  return runWithApplication(async (app) => {
    // A dry run removes nothing, so it may run with different clocks. The log reports the
    // difference.
    await app.get(ClockCheck).read();
    const sessions = await app.get(SessionCounts).countExpiredExactly(0);
    const baskets = await app.get(GuestBasketService).countExpired();
    return { sessions, baskets, dryRun: true, failures: 0, stopReason: 'dry-run' };
  });
}

/**
 * Removes all expired sessions, without the time budget of the schedule. Ctrl-C ends it after the
 * current batch.
 */
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
  const failed = failures > 0 ? ` ${failures} sessions could not be removed. The log has the reasons.` : '';
  return `Removed ${what} (${stopReason}).${failed}${error ? ` ${error}` : ''}`;
}
