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
import { findFirst, type RecordBatch, removeBatch, type RemovedBatch } from './remove-batch.js';
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
   * A batch from the very start would read the dead index entries of all batches before it.
   */
  after: number;
}

/**
 * If a run had to skip more sessions than this, the sessions are not the cause. The run then fails.
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
    // The run has released its connection. A handler takes one, and a small pool has no third.
    const start = performance.now();
    let earlyStopReason: CleanupReport['stopReason'] | null = null;
    const event = new ExpiredSessionsRemoved(
      batchSize,
      () => (earlyStopReason ??= findStopReason()) !== null,
    );
    const baskets = (await this.events.emitAsync(ExpiredSessionsRemoved.NAME, event)) as number[];
    const later = baskets.reduce((sum, more) => sum + more, 0);
    this.emitBatch({ sessions: 0, baskets: later }, start);
    return { ...report, baskets: report.baskets + later, stopReason: earlyStopReason ?? 'drained' };
  }

  /**
   * Returns a function that gives the reason to stop the run now, or null.
   *
   * It uses the monotonic clock, because nobody can set that clock.
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
      // Does not wait for an empty batch: in a busy shop new sessions expire during each batch.
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
      // The clocks differ. No row is the cause.
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
    const failingId = await findFirst(run.queryRunner, run);
    if (failingId === undefined) return;
    if (run.skipped.length === MAX_FAILURES) throw error;
    run.skipped.push(failingId);
    this.logger.error('An expired session could not be removed', stackOf(error));
  }
}
