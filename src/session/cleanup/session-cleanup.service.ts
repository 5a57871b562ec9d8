import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, type QueryRunner } from 'typeorm';
import { ClockCheck } from '../../database/clock-check.service.js';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { BatchSize } from './batch-size.js';
import type { StopReason } from './cleanup-run.entity.js';
import { ExpiredSessionsRemoved } from './expired-sessions-removed.event.js';
import { findOldestId, type RecordBatch, removeBatch, type RemovedBatch } from './remove-batch.js';
import { SessionBatchRemoved } from './session-batch-removed.event.js';

export interface CleanupOptions {
  batchSize?: number;
  budgetSeconds?: number;
  /** Stops the run after the current batch. */
  signal?: AbortSignal;
  record?: RecordBatch;
  onProgress?: (removed: Removed) => void;
}

interface Removed {
  sessions: number;
  baskets: number;
}

export interface CleanupReport extends Removed {
  /** Sessions that could not be removed and were skipped. The log has the reasons. */
  failures: number;
  stopReason: Exclude<StopReason, 'failed'>;
}

/** The state of a run. */
interface Run extends Required<Pick<CleanupOptions, 'record' | 'onProgress'>> {
  readonly queryRunner: QueryRunner;
  readonly skipped: string[];
  readonly batchSize: BatchSize;
  /**
   * The expiry at which the next batch starts. See docs/decisions/04-cleanup-batch.md.
   *
   * A batch that starts at 0 would read the dead index entries of all earlier batches.
   */
  after: number;
}

/**
 * The maximum number of sessions that a run skips. If more of them fail, the sessions are not the
 * cause, and the run fails.
 */
const MAX_FAILURES = 100;

@Injectable()
export class SessionCleanup {
  private readonly logger = new Logger(SessionCleanup.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly events: EventEmitter2,
    private readonly clock: ClockCheck,
  ) {}

  /**
   * Removes all expired sessions in batches. Each batch is a transaction.
   *
   * Several processes may run it at the same time, because a batch skips locked rows.
   *
   * @throws Problem `clock-differs`, also between two batches
   * @throws Error if the database fails. Batches that were removed before stay removed
   */
  async removeExpired(options: CleanupOptions = {}): Promise<CleanupReport> {
    const { batchSize = this.environment.cleanupBatchSize } = options;
    const findStopReason = this.createStopCheck(options);
    const report = await this.removeSessions({ ...options, batchSize }, findStopReason);
    if (report.stopReason !== 'drained') return report;
    // The run has released its connection. Each handler needs one, and the pool may be small.
    const start = performance.now();
    let earlyStopReason: CleanupReport['stopReason'] | null = null;
    const event = new ExpiredSessionsRemoved(
      batchSize,
      () => (earlyStopReason ??= findStopReason()) !== null,
    );
    const baskets = (await this.events.emitAsync(ExpiredSessionsRemoved.NAME, event)) as number[];
    const byHandlers = baskets.reduce((sum, count) => sum + count, 0);
    this.emitBatch({ sessions: 0, baskets: byHandlers }, start);
    return { ...report, baskets: report.baskets + byHandlers, stopReason: earlyStopReason ?? 'drained' };
  }

  /**
   * Returns a function that returns the reason to stop the run now, or null.
   *
   * It uses the monotonic clock, which never jumps.
   */
  private createStopCheck({ signal, budgetSeconds }: CleanupOptions): () => 'interrupted' | 'budget' | null {
    const deadline = performance.now() + (budgetSeconds ?? this.environment.cleanupBudgetSeconds) * 1_000;
    return () => (signal?.aborted ? 'interrupted' : performance.now() > deadline ? 'budget' : null);
  }

  private async removeSessions(
    options: CleanupOptions & { batchSize: number },
    findStopReason: () => CleanupReport['stopReason'] | null,
  ): Promise<CleanupReport> {
    const { batchSize, record = () => Promise.resolve(), onProgress = () => undefined } = options;
    const queryRunner = this.dataSource.createQueryRunner();
    const run: Run = {
      queryRunner,
      skipped: [],
      batchSize: new BatchSize(batchSize),
      after: 0,
      record,
      onProgress,
    };
    try {
      return await this.removeAll(run, findStopReason);
    } finally {
      await queryRunner.release();
    }
  }

  private async removeAll(
    run: Run,
    findStopReason: () => CleanupReport['stopReason'] | null,
  ): Promise<CleanupReport> {
    const removed = { sessions: 0, baskets: 0 };
    for (;;) {
      const stopReason = findStopReason();
      if (stopReason) return { ...removed, failures: run.skipped.length, stopReason };
      const size = run.batchSize.current;
      const batch = await this.removeOrSkip(run);
      if (!batch) continue;
      removed.sessions += batch.sessions;
      removed.baskets += batch.baskets;
      if (batch.sessions > 0) run.onProgress(removed);
      // Does not wait for an empty batch: sessions of a busy shop expire during each batch.
      if (batch.sessions < size) return { ...removed, failures: run.skipped.length, stopReason: 'drained' };
    }
  }

  /**
   * Removes one batch. Returns null after a failure, and the caller tries again.
   *
   * A failing batch is halved down to the one row that can't be removed. That row is then skipped.
   */
  private async removeOrSkip(run: Run): Promise<RemovedBatch | null> {
    const { queryRunner, batchSize, record } = run;
    const { clock } = this;
    const start = performance.now();
    try {
      const batch = await removeBatch(queryRunner, run, batchSize.current, { clock, record });
      batchSize.recordDuration(performance.now() - start);
      run.after = Math.max(run.after, batch.lastExpiredAt);
      this.emitBatch(batch, start);
      return batch;
    } catch (error) {
      // The clocks differ. A smaller batch would not help.
      if (error instanceof Problem) throw error;
      if (!batchSize.halve()) await this.skip(run, error);
      return null;
    }
  }

  private emitBatch({ sessions, baskets }: Removed, start: number): void {
    if (sessions + baskets === 0) return;
    const event = new SessionBatchRemoved(sessions, baskets, performance.now() - start);
    this.events.emit(SessionBatchRemoved.NAME, event);
  }

  private async skip(run: Run, error: unknown): Promise<void> {
    const failingId = await findOldestId(run.queryRunner, run);
    if (failingId === undefined) return;
    if (run.skipped.length === MAX_FAILURES) throw error;
    run.skipped.push(failingId);
    this.logger.error('An expired session could not be removed', stackOf(error));
  }
}
