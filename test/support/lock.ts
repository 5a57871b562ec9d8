import type { DataSource } from 'typeorm';
import { eventually } from './eventually.js';

type Query = (sql: string, values?: unknown[]) => Promise<unknown>;

/**
 * Holds what a statement locks, on a connection of its own, until all of the work that is started waits for a lock.
 *
 * `meanwhile` runs on that connection then. Both are committed.
 */
export async function whileLocked<T>(
  dataSource: DataSource,
  lock: [sql: string, values: unknown[]],
  start: () => Promise<T>[],
  meanwhile: (query: Query) => Promise<unknown> = () => Promise.resolve(),
): Promise<T[]> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(...lock);
    const started = start();
    const ended = Promise.all(started);
    ended.catch(() => undefined);
    await untilWaiting(dataSource, started.length);
    await meanwhile((sql, values) => runner.query(sql, values));
    await runner.commitTransaction();
    return await ended;
  } finally {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
    await runner.release();
  }
}

/** Waits until so many connections of this database wait for a lock. */
export async function untilWaiting(dataSource: DataSource, count: number): Promise<void> {
  await eventually(async () => {
    const [row] = await dataSource.query<[{ count: number }]>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return row.count >= count;
  });
}
