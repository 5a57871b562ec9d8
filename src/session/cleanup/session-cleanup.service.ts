import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, type QueryRunner } from 'typeorm';
import { ClockCheck } from '../../database/clock-check.service.js';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { BatchPace } from './batch-size.js';
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
  /** Sessions that could not be removed and were passed over; the log says why. */
  failures: number;
  stopReason: Exclude<StopReason, 'failed'>;
}

/** Where a run stands. */
interface Run extends Required<Pick<CleanupOptions, 'record' | 'onProgress'>> {
  readonly queryRunner: QueryRunner;
  readonly passedOver: string[];
  readonly pace: BatchPace;
  /** Forward, never from the start: dead index entries of the batches before would be walked again each time. */
  after: number;
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
    private readonly clock: ClockCheck,
  ) {}

  /**
   * Removes every session whose time is up, batch by batch, each in a transaction of its own.
   *
   * Any number of processes may do it at once: a batch passes over rows that somebody else has locked.
   *
   * @throws Problem `clock-differs`, also when that begins between two batches
   * @throws Error when the database fails; what was removed until then stays removed
   */
  async removeExpired(options: CleanupOptions = {}): Promise<CleanupReport> {
    const { batchSize = this.environment.cleanupBatchSize } = options;
    const stopReason = this.untilStopped(options);
    const report = await this.removeSessions({ ...options, batchSize }, stopReason);
    if (report.stopReason !== 'drained') return report;
    // The connection is given back by now: whoever is told takes another, and a small pool has no third.
    const start = performance.now();
    let cutShort: CleanupReport['stopReason'] | null = null;
    const event = new ExpiredSessionsRemoved(batchSize, () => (cutShort ??= stopReason()) !== null);
    const baskets = (await this.events.emitAsync(ExpiredSessionsRemoved.NAME, event)) as number[];
    const later = baskets.reduce((sum, more) => sum + more, 0);
    this.tell({ sessions: 0, baskets: later }, start);
    return { ...report, baskets: report.baskets + later, stopReason: cutShort ?? 'drained' };
  }

  /** Asked between two steps of a run: why it has to stop here, or null. By the monotonic clock, which nobody can set. */
  private untilStopped({ signal, budgetSeconds }: CleanupOptions): () => 'interrupted' | 'budget' | null {
    const deadline = performance.now() + (budgetSeconds ?? this.environment.cleanupBudgetSeconds) * 1_000;
    return () => (signal?.aborted ? 'interrupted' : performance.now() > deadline ? 'budget' : null);
  }

  private async removeSessions(
    options: CleanupOptions & { batchSize: number },
    stopReason: () => CleanupReport['stopReason'] | null,
  ): Promise<CleanupReport> {
    const { batchSize, record = () => Promise.resolve(), onProgress = () => undefined } = options;
    const queryRunner = this.dataSource.createQueryRunner();
    const pace = new BatchPace(batchSize);
    const run = { queryRunner, passedOver: [], pace, after: 0, record, onProgress };
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
      const batchSize = run.pace.size;
      const batch = stopped ? null : await this.removeOrPassOver(run);
      const failures = run.passedOver.length;
      if (stopped) return { ...removed, failures, stopReason: stopped };
      if (!batch) continue;
      removed.sessions += batch.sessions;
      removed.baskets += batch.baskets;
      if (batch.sessions > 0) run.onProgress(removed);
      // Not until a batch is empty: on a busy shop a session expires in the time that a batch takes.
      if (batch.sessions < batchSize) return { ...removed, failures, stopReason: 'drained' };
    }
  }

  /** Halves a failing batch until the one row that can't be removed is found, and passes that over; null: try again. */
  private async removeOrPassOver(run: Run): Promise<RemovedBatch | null> {
    const { queryRunner, pace, record } = run;
    const { clock } = this;
    const start = performance.now();
    try {
      const batch = await removeBatch(queryRunner, run, pace.size, { clock, record });
      pace.took(performance.now() - start);
      run.after = Math.max(run.after, batch.lastExpiredAt);
      this.tell(batch, start);
      return batch;
    } catch (error) {
      // The clocks differ: no row is to blame.
      if (error instanceof Problem) throw error;
      if (!pace.halve()) await this.passOver(run, error);
      return null;
    }
  }

  private tell({ sessions, baskets }: Removed, start: number): void {
    if (sessions + baskets === 0) return;
    const event = new SessionBatchRemoved(sessions, baskets, performance.now() - start);
    this.events.emit(SessionBatchRemoved.NAME, event);
  }

  private async passOver(run: Run, error: unknown): Promise<void> {
    const stuck = await findFirst(run.queryRunner, run);
    if (stuck === undefined) return;
    if (run.passedOver.length === MOST_FAILURES) throw error;
    run.passedOver.push(stuck);
    this.logger.error('An expired session can not be removed', stackOf(error));
  }
}
