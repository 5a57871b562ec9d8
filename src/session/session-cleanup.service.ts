import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, LessThanOrEqual, type QueryRunner } from 'typeorm';
import { Environment } from '../environment.js';
import type { StopReason } from './cleanup-run.entity.js';
import { ExpiredSessionsRemoved } from './expired-sessions-removed.event.js';
import { BATCH_TABLE, SessionBatch } from './session-batch.js';
import { Session } from './session.entity.js';

export interface CleanupOptions {
  /** Sessions that expired until then; the present by default. */
  now?: Date;
  batchSize?: number;
  budgetSeconds?: number;
  /** Stops the run after the batch under way. */
  signal?: AbortSignal;
}

export interface CleanupReport {
  sessions: number;
  baskets: number;
  /** Sessions that could not be removed and were passed over; the log says why. */
  failures: number;
  stopReason: StopReason;
}

interface Batch {
  sessions: number;
  baskets: number;
  /** The latest expiry in it, where the next batch goes on. */
  lastExpiredAt: number;
}

/** Where a run stands. */
interface Progress {
  readonly until: number;
  after: number;
  batchSize: number;
  passedOver: string[];
}

/** A run that meets more sessions than this that can't be removed has found a fault of another kind. */
const MOST_FAILURES = 100;

@Injectable()
export class SessionCleanup {
  private readonly logger = new Logger(SessionCleanup.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly events: EventEmitter2,
  ) {}

  async countExpired(now = new Date()): Promise<number> {
    return this.dataSource.manager.countBy(Session, { expiredAt: LessThanOrEqual(now.getTime()) });
  }

  /**
   * Removes every session whose time is up, batch by batch, each in a transaction of its own.
   *
   * Any number of processes may do it at once: a batch passes over rows that somebody else has locked.
   *
   * @throws Error when the database fails; what was removed until then stays removed
   */
  async removeExpired(options: CleanupOptions = {}): Promise<CleanupReport> {
    const report = await this.removeSessions(options);
    // The connection is given back by now: whoever is told takes another, and a small pool has no third.
    return report.stopReason === 'drained' ? this.tell(report, options) : report;
  }

  private async removeSessions(options: CleanupOptions): Promise<CleanupReport> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await queryRunner.query(CREATE_BATCH_TABLE);
      return await this.removeAll(queryRunner, options);
    } finally {
      await queryRunner.release();
    }
  }

  private async tell(report: CleanupReport, options: CleanupOptions): Promise<CleanupReport> {
    const { now = new Date(), batchSize = this.environment.cleanupBatchSize } = options;
    const event = new ExpiredSessionsRemoved(now, batchSize);
    const baskets = (await this.events.emitAsync(ExpiredSessionsRemoved.NAME, event)) as number[];
    return { ...report, baskets: baskets.reduce((sum, more) => sum + more, report.baskets) };
  }

  private async removeAll(queryRunner: QueryRunner, options: CleanupOptions): Promise<CleanupReport> {
    const { now = new Date(), batchSize = this.environment.cleanupBatchSize, signal } = options;
    const deadline = Date.now() + (options.budgetSeconds ?? this.environment.cleanupBudgetSeconds) * 1_000;
    const progress: Progress = { until: now.getTime(), after: 0, batchSize, passedOver: [] };
    const total = { sessions: 0, baskets: 0 };
    for (;;) {
      const report = { ...total, failures: progress.passedOver.length };
      if (signal?.aborted) return { ...report, stopReason: 'interrupted' };
      if (Date.now() > deadline) return { ...report, stopReason: 'budget' };
      const batch = await this.removeOrPassOver(queryRunner, progress, batchSize);
      if (batch?.sessions === 0) return { ...report, stopReason: 'drained' };
      total.sessions += batch?.sessions ?? 0;
      total.baskets += batch?.baskets ?? 0;
    }
  }

  /** Halves a failing batch until the one row that can't be removed is found, and passes that over; null: try again. */
  private async removeOrPassOver(
    queryRunner: QueryRunner,
    progress: Progress,
    batchSize: number,
  ): Promise<Batch | null> {
    try {
      const batch = await removeBatch(queryRunner, progress);
      // Forward, never from the start: dead index entries of the batches before would be walked again each time.
      progress.after = Math.max(progress.after, batch.lastExpiredAt);
      progress.batchSize = Math.min(progress.batchSize * 2, batchSize);
      return batch;
    } catch (error) {
      if (progress.batchSize > 1) progress.batchSize = Math.ceil(progress.batchSize / 2);
      else await this.passOver(queryRunner, progress, error);
      return null;
    }
  }

  private async passOver(queryRunner: QueryRunner, progress: Progress, error: unknown): Promise<void> {
    const [stuck] = await queryRunner.manager.query<{ id: string }[]>(
      `${CHOOSE} LIMIT 1`,
      choiceOf(progress),
    );
    if (!stuck) return;
    if (progress.passedOver.length === MOST_FAILURES) throw error;
    progress.passedOver.push(stuck.id);
    this.logger.error('An expired session can not be removed', error instanceof Error ? error.stack : error);
  }
}

/** Not dropped with its transaction: it serves all batches of a connection. */
const CREATE_BATCH_TABLE = `
  CREATE TEMPORARY TABLE IF NOT EXISTS session_batch (id text, basket_id uuid, expired_at bigint)
  ON COMMIT DELETE ROWS`;

/** Without a lock; what follows decides. */
const CHOOSE = `
  SELECT id, basket_id, expired_at FROM sessions
  WHERE expired_at BETWEEN $1 AND $2 AND id <> ALL ($3)
  ORDER BY expired_at`;

/** One statement, so that a session that was renewed after it was found is seen to be so under its lock, and stays. */
const FILL_BATCH_TABLE = `
  WITH chosen AS (
    INSERT INTO ${BATCH_TABLE} (id, basket_id, expired_at)
    ${CHOOSE}
    LIMIT $4 FOR UPDATE SKIP LOCKED
    RETURNING expired_at
  )
  SELECT count(*)::int AS sessions, coalesce(max(expired_at), 0)::float8 AS "lastExpiredAt" FROM chosen`;

function choiceOf({ after, until, passedOver }: Progress): unknown[] {
  return [after, until, passedOver];
}

/** Four statements whatever the size: choose, delete, the subscriber's delete of the baskets, and the commit. */
async function removeBatch(queryRunner: QueryRunner, progress: Progress): Promise<Batch> {
  await queryRunner.startTransaction();
  try {
    const values = [...choiceOf(progress), progress.batchSize];
    const [batch] = await queryRunner.manager.query<[Omit<Batch, 'baskets'>]>(FILL_BATCH_TABLE, values);
    const removal = queryRunner.manager
      .createQueryBuilder(Session, 'session', queryRunner)
      .delete()
      .where(`id = ANY (ARRAY (SELECT id FROM ${BATCH_TABLE}))`);
    const { basketsRemoved } = await SessionBatch.announce(queryRunner, () => removal.execute());
    await queryRunner.commitTransaction();
    return { ...batch, baskets: basketsRemoved };
  } catch (error) {
    await queryRunner.rollbackTransaction();
    throw error;
  }
}
