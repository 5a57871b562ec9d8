import { setTimeout as sleep } from 'node:timers/promises';
import { withClient } from './database.js';
import { outputOf, residentMemory, start } from './program.js';
import type { Rate } from './sql-loops.js';

/** A run of a command, observed from outside. */
export interface WatchedRun extends Rate {
  /** Rows per second in each tenth of the run. */
  tenths: number[];
  /** Resident memory in MiB before the first batch, and its maximum. */
  idleMemory: number;
  peakMemory: number;
}

interface Row {
  count: number;
  seconds: number | null;
}

const PROGRESS = `
  SELECT sessions_removed AS count, extract(epoch FROM ended_at - started_at)::float8 AS seconds
  FROM cleanup_runs ORDER BY id DESC LIMIT 1`;

/**
 * Runs `sessions:clear`. Uses the times of its own record, which do not include the start of the
 * process.
 */
export async function watchSessionsClear(url: string): Promise<WatchedRun> {
  const args = ['dist/src/cli.js', 'sessions:clear', '--json'];
  const child = start(args, { DATABASE_URL: url });
  const ended = outputOf(child, args);
  const seen: { at: number; count: number }[] = [];
  let [idleMemory, peakMemory] = [0, 0];
  return withClient(url, async (client) => {
    for (;;) {
      const { rows } = await client.query<Row>(PROGRESS);
      const memory = await residentMemory(child.pid);
      const [row] = rows;
      if (!row || row.count === 0) idleMemory = memory;
      peakMemory = Math.max(peakMemory, memory);
      if (row) seen.push({ at: performance.now(), count: row.count });
      if (row?.seconds != null) {
        await ended;
        return { count: row.count, seconds: row.seconds, tenths: tenthsOf(seen), idleMemory, peakMemory };
      }
      await sleep(50);
    }
  });
}

/** Runs several processes in parallel, and measures from the first start to the last end. */
export async function clearTogether(url: string, processes: number): Promise<Rate> {
  const args = ['dist/src/cli.js', 'sessions:clear', '--json'];
  await Promise.all(
    Array.from({ length: processes }, () => outputOf(start(args, { DATABASE_URL: url }), args)),
  );
  return withClient(url, async (client) => {
    const { rows } = await client.query<Rate>(`
      SELECT sum(sessions_removed)::int AS count,
        extract(epoch FROM max(ended_at) - min(started_at))::float8 AS seconds
      FROM cleanup_runs`);
    return rows[0] ?? { count: 0, seconds: NaN };
  });
}

function tenthsOf(seen: { at: number; count: number }[]): number[] {
  const working = seen.filter(({ count }) => count > 0);
  const [first, last] = [working[0], working.at(-1)];
  if (!first || !last) return [];
  const marks = Array.from({ length: 11 }, (_, n) => first.count + ((last.count - first.count) * n) / 10);
  const times = marks.map((mark) => timeOf(mark, working));
  return times
    .slice(1)
    .map((time, n) => ((last.count - first.count) / 10 / (time - (times[n] ?? 0))) * 1_000);
}

/** Interpolates the time at which this many rows were removed. */
function timeOf(mark: number, seen: { at: number; count: number }[]): number {
  const after = seen.find(({ count }) => count >= mark) ?? seen.at(-1);
  const before = seen.findLast(({ count }) => count < mark) ?? after;
  if (!after || !before) return NaN;
  const share = after.count === before.count ? 0 : (mark - before.count) / (after.count - before.count);
  return before.at + (after.at - before.at) * share;
}
