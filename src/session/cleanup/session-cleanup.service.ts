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
  /** Stops the run after the batch under way. */
  signal?: AbortSignal;
  record?: RecordBatch;
  onProgress?: (removed: Removed) => void;
}

interface Removed {
  sessions: number;
  baskets: number;
}

export interface CleanupReport extends Removed {
  /** Sessions that could not be removed and were skipped; the log says why. */
  failures: number;
  stopReason: Exclude<StopReason, 'failed'>;
}

/** Where a run stands. */
interface Run extends Required<Pick<CleanupOptions, 'record' | 'onProgress'>> {
  readonly queryRunner: QueryRunner;
  readonly skipped: string[];
  readonly batchSize: BatchSize;
  /** Forward, never from the start: dead index entries of the batches before would be walked again each time. */
  after: number;
}

/** A run that meets more sessions than this that can't be removed has found an error of another kind. */
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
   * Removes every session whose time is up, batch by batch, each in a transaction of its own.
   *
   * Any number of processes may do it at once: a batch skips rows that somebody else has locked.
   *
   * @throws Problem `clock-differs`, also when that begins between two batches
   * @throws Error when the database fails; what was removed until then stays removed
   */
  async removeExpired(options: CleanupOptions = {}): Promise<CleanupReport> {
    const { batchSize = this.environment.cleanupBatchSize } = options;
    const stopReason = this.createStopCheck(options);
    const report = await this.removeSessions({ ...options, batchSize }, stopReason);
    if (report.stopReason !== 'drained') return report;
    // The connection is given back by now: whoever is told takes another, and a small pool has no third.
    const start = performance.now();
    let stoppedEarly: CleanupReport['stopReason'] | null = null;
    const event = new ExpiredSessionsRemoved(batchSize, () => (stoppedEarly ??= stopReason()) !== null);
    const baskets = (await this.events.emitAsync(ExpiredSessionsRemoved.NAME, event)) as number[];
    const later = baskets.reduce((sum, more) => sum + more, 0);
    this.emitBatch({ sessions: 0, baskets: later }, start);
    return { ...report, baskets: report.baskets + later, stopReason: stoppedEarly ?? 'drained' };
  }

  /** Asked between two steps of a run: why it has to stop here, or null. By the monotonic clock, which nobody can set. */
  private createStopCheck({ signal, budgetSeconds }: CleanupOptions): () => 'interrupted' | 'budget' | null {
    const deadline = performance.now() + (budgetSeconds ?? this.environment.cleanupBudgetSeconds) * 1_000;
    return () => (signal?.aborted ? 'interrupted' : performance.now() > deadline ? 'budget' : null);
  }

  private async removeSessions(
    options: CleanupOptions & { batchSize: number },
    stopReason: () => CleanupReport['stopReason'] | null,
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
      return await this.removeAll(run, stopReason);
    } finally {
      await queryRunner.release();
    }
  }

  private async removeAll(
    run: Run,
    stopReason: () => CleanupReport['stopReason'] | null,
  ): Promise<CleanupReport> {
    const removed = { sessions: 0, baskets: 0 };
    for (;;) {
      const stopped = stopReason();
      const size = run.batchSize.current;
      const batch = stopped ? null : await this.removeOrSkip(run);
      const failures = run.skipped.length;
      if (stopped) return { ...removed, failures, stopReason: stopped };
      if (!batch) continue;
      removed.sessions += batch.sessions;
      removed.baskets += batch.baskets;
      if (batch.sessions > 0) run.onProgress(removed);
      // Not until a batch is empty: on a busy shop a session expires in the time that a batch takes.
      if (batch.sessions < size) return { ...removed, failures, stopReason: 'drained' };
    }
  }

  /** Halves a failing batch until the one row that can't be removed is found, and skips that; null: try again. */
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
      // The clocks differ: no row is to blame.
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
    this.logger.error('An expired session can not be removed', stackOf(error));
  }
}
