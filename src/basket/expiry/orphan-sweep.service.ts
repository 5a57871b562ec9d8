import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { DataSource, Repository } from 'typeorm';
import { NIL } from 'uuid';
import { ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { messageOf } from '../../problem/error-text.js';
import { IS_ORPHAN } from './invariants.js';
import { OrphanCount } from './orphan-count.entity.js';

export interface SweepOptions {
  /** The minimum time since the last change of a basket. */
  olderThanMilliseconds: number;
  batchSize: number;
  /** Counts the orphans without removing them. */
  dryRun: boolean;
  /** The maximum number of baskets to remove. */
  limit?: number;
  /** Starts after this basket, where an earlier sweep was interrupted. */
  after?: string;
  signal?: AbortSignal;
  onProgress?: (report: SweepReport) => void;
}

export interface SweepReport {
  /** The number of removed orphans, or of found ones in a dry run. */
  baskets: number;
  /** The number of checked baskets, orphans or not. */
  checked: number;
  /** The id of the last checked basket, for `after`. */
  lastId: string | null;
}

export interface SweepResult extends SweepReport {
  seconds: number;
  stopReason: 'drained' | 'limit' | 'interrupted' | 'failed';
  /** The reason of a failure. The reported baskets are removed nevertheless. */
  error?: string;
}

/**
 * Checks a batch in one statement, in the order of the primary key, so no basket is checked twice.
 *
 * A new basket gets its session in the same transaction, so an orphan never gets a session later.
 * The age limit ensures that this transaction has ended. See docs/decisions/06-hard-deletes.md.
 */
const BATCH = (orphans: string) => `
  WITH batch AS (
    SELECT id FROM baskets WHERE id > $1 ORDER BY id LIMIT $2
  ), orphans AS (
    SELECT b.id FROM baskets b JOIN batch USING (id)
    WHERE b.updated_at < statement_timestamp() - $3 * interval '1 millisecond' AND ${IS_ORPHAN}
    ORDER BY b.id LIMIT $4
    FOR UPDATE OF b SKIP LOCKED
  ), found AS (${orphans})
  SELECT (SELECT count(*)::int FROM batch) AS checked, (SELECT count(*)::int FROM found) AS baskets,
    ${DATABASE_AT}, (
      SELECT id FROM batch
      -- A batch that reached the limit may have more orphans after the last one that it took.
      WHERE (SELECT count(*) FROM orphans) < $4 OR id = (SELECT id FROM orphans ORDER BY id DESC LIMIT 1)
      ORDER BY id DESC LIMIT 1
    ) AS "lastId"`;

export const COUNT = BATCH('SELECT id FROM orphans');
export const REMOVE = BATCH(
  'DELETE FROM baskets WHERE id = ANY (ARRAY (SELECT id FROM orphans)) RETURNING id',
);

/**
 * Removes orphans: open guest baskets to which no session points. An old shop may have left them.
 */
@Injectable()
export class OrphanSweep {
  constructor(
    private readonly dataSource: DataSource,
    @InjectRepository(OrphanCount) private readonly orphanCounts: Repository<OrphanCount>,
    private readonly clock: ClockCheck,
  ) {}

  /** Estimates the number of baskets, from the database's statistics. */
  async estimate(): Promise<number> {
    const sql = `SELECT greatest(reltuples, 0)::float8 AS count FROM pg_class WHERE oid = 'baskets'::regclass`;
    const [row] = await this.dataSource.query<{ count: number }[]>(sql);
    return row?.count ?? 0;
  }

  /**
   * Removes orphans in batches. Each batch is a transaction, so the report is correct even if the
   * sweep stops or fails.
   */
  async sweep(options: SweepOptions): Promise<SweepResult> {
    const report: SweepReport = { baskets: 0, checked: 0, lastId: null };
    const start = performance.now();
    const seconds = () => Math.round(performance.now() - start) / 1_000;
    try {
      const stopReason = await this.sweepBatches(options, report);
      if (stopReason === 'drained') await this.recordCount(options, report);
      return { ...report, seconds: seconds(), stopReason };
    } catch (error) {
      const message = messageOf(error);
      return { ...report, seconds: seconds(), stopReason: 'failed', error: message };
    }
  }

  private async sweepBatches(options: SweepOptions, report: SweepReport): Promise<SweepResult['stopReason']> {
    const { olderThanMilliseconds, batchSize, limit = Infinity, after = NIL, signal, onProgress } = options;
    for (;;) {
      const remaining = limit - report.baskets;
      if (signal?.aborted) return 'interrupted';
      if (remaining <= 0) return 'limit';
      const batch = await this.sweepBatch(options.dryRun, [
        report.lastId ?? after,
        batchSize,
        olderThanMilliseconds,
        Math.min(remaining, batchSize),
      ]);
      if (batch.checked === 0) return 'drained';
      report.baskets += batch.baskets;
      report.checked += batch.checked;
      report.lastId = batch.lastId;
      onProgress?.(report);
    }
  }

  /**
   * Removes or counts the orphans of one batch. A count does not need equal clocks.
   *
   * @throws Problem `clock-differs`, and removes nothing
   */
  private async sweepBatch(dryRun: boolean, values: unknown[]): Promise<SweepReport> {
    if (dryRun) {
      const [batch] = await this.dataSource.query<[SweepReport]>(COUNT, values);
      return batch;
    }
    return this.dataSource.transaction((manager) => this.clock.queryChecked(manager, REMOVE, values));
  }

  /** Records nothing for a dry run that started in the middle: it has not counted all orphans. */
  private async recordCount({ dryRun, after }: SweepOptions, { baskets }: SweepReport): Promise<void> {
    if (dryRun && after !== undefined) return;
    const orphans = dryRun ? baskets : 0;
    await this.orphanCounts.upsert({ countedBy: 'sweep', orphans, countedAt: () => 'now()' }, ['countedBy']);
  }
}
