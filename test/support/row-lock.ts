import type { QueryRunner } from 'typeorm';
import { eventually } from './eventually.js';
import type { Shop } from './shop.js';

/** Locks rows on a separate connection, so that requests wait for them. */
export class RowLock {
  private constructor(
    private readonly shop: Shop,
    private readonly queryRunner: QueryRunner,
  ) {}

  /** @param sql a SELECT … FOR UPDATE, or a change */
  static async hold(shop: Shop, sql: string, values: unknown[] = []): Promise<RowLock> {
    const queryRunner = shop.dataSource.createQueryRunner();
    await queryRunner.startTransaction();
    await queryRunner.query(sql, values);
    return new RowLock(shop, queryRunner);
  }

  /** Runs a statement in the transaction that holds the lock. */
  async does(sql: string, values: unknown[] = []): Promise<void> {
    await this.queryRunner.query(sql, values);
  }

  /**
   * Waits until at least this many connections of the shop's database wait for a lock, directly or
   * behind others.
   */
  async isWaitedFor(requests: number): Promise<void> {
    await eventually(async () => (await this.waiting()) >= requests);
  }

  /** Commits the transaction, which releases the lock. */
  async release(): Promise<void> {
    await this.queryRunner.commitTransaction();
    await this.queryRunner.release();
  }

  private waiting(): Promise<number> {
    return this.shop.count('pg_stat_activity', `datname = current_database() AND wait_event_type = 'Lock'`);
  }
}

/**
 * Holds the lock of a statement until all started work waits for it. Then runs `meanwhile`, and
 * releases the lock.
 */
export async function whileLocked<T>(
  shop: Shop,
  [sql, values]: [sql: string, values: unknown[]],
  start: () => Promise<T>[],
  meanwhile: (lock: RowLock) => Promise<void> = () => Promise.resolve(),
): Promise<T[]> {
  const lock = await RowLock.hold(shop, sql, values);
  const started = start();
  const ended = Promise.all(started);
  ended.catch(() => undefined);
  try {
    await lock.isWaitedFor(started.length);
    await meanwhile(lock);
  } finally {
    await lock.release();
  }
  return ended;
}
