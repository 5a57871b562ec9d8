import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { InjectRepository } from '@nestjs/typeorm';
import { hostname } from 'node:os';
import { LessThan, type QueryDeepPartialEntity, Repository } from 'typeorm';
import { ClockCheck } from '../database/clock-check.service.js';
import { Problem } from '../problem/problem.js';
import { CleanupRunEnded } from './cleanup-run-ended.event.js';
import { CleanupRun, type CleanupTrigger } from './cleanup-run.entity.js';
import type { RecordBatch } from './remove-batch.js';
import { type CleanupOptions, type CleanupReport, SessionCleanup } from './session-cleanup.service.js';
import { SessionCounts } from './session-counts.service.js';

/** Nobody waits longer for the exact number of sessions that are left. */
const EXACT_MILLISECONDS = 5_000;

interface LaunchedRun {
  run: CleanupRun;
  ended: Promise<CleanupReport>;
}

/** Runs the cleanup, one run at a time in a process, and keeps a record of it. */
@Injectable()
export class CleanupRuns implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CleanupRuns.name);
  private readonly shutdown = new AbortController();
  private current: Promise<unknown> | null = null;

  constructor(
    @InjectRepository(CleanupRun) private readonly runs: Repository<CleanupRun>,
    private readonly cleanup: SessionCleanup,
    private readonly counts: SessionCounts,
    private readonly events: EventEmitter2,
    private readonly clock: ClockCheck,
  ) {}

  /** Whether a run is under way in this process. */
  get isRunning(): boolean {
    return this.current !== null;
  }

  /**
   * Makes a run and waits for its end.
   *
   * @throws Problem `cleanup-running`, `clock-differs`
   * @throws Error when the database fails; the row says so, if it can still be written
   */
  async run(trigger: CleanupTrigger, options: CleanupOptions = {}): Promise<CleanupReport> {
    const { ended } = await this.launch(trigger, options);
    return ended;
  }

  /**
   * Begins a run and does not wait for its end, which its row will tell.
   *
   * @throws Problem `cleanup-running`, `clock-differs`
   */
  async start(trigger: CleanupTrigger): Promise<CleanupRun> {
    const { run, ended } = await this.launch(trigger, {});
    ended.catch((error: unknown) => {
      this.logger.error('The cleanup failed', error instanceof Error ? error.stack : error);
    });
    return run;
  }

  /** The newest first; older than a run, when its id is given. */
  async findPage(limit: number, beforeId?: string): Promise<CleanupRun[]> {
    const where = beforeId === undefined ? {} : { id: LessThan(beforeId) };
    return this.runs.find({ where, order: { id: 'DESC' }, take: limit });
  }

  async findLastDrained(): Promise<CleanupRun | null> {
    return this.runs.findOne({ where: { stopReason: 'drained' }, order: { startedAt: 'DESC' } });
  }

  /** Lets the batch under way finish. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    await this.current;
  }

  private async launch(trigger: CleanupTrigger, options: CleanupOptions): Promise<LaunchedRun> {
    if (this.current) throw new Problem('cleanup-running', 'Wait until the run that is under way has ended.');
    const begun = this.begin(trigger);
    const ended = begun.then((run) => this.complete(run, options));
    this.current = ended.catch(() => undefined).finally(() => (this.current = null));
    return { run: await begun, ended };
  }

  /** Without a row while the clocks differ: the schedule would add one with each tick. */
  private async begin(trigger: CleanupTrigger): Promise<CleanupRun> {
    await this.clock.assertAgreement();
    return this.runs.save(this.runs.create({ trigger, host: hostname() }));
  }

  private async complete({ id, trigger }: CleanupRun, options: CleanupOptions): Promise<CleanupReport> {
    const signals = [this.shutdown.signal, ...(options.signal ? [options.signal] : [])];
    // With each batch, in its transaction: the row is right also for a run that is killed.
    const record: RecordBatch = (manager, { sessions, baskets }) =>
      manager.query(RECORD_BATCH, [id, sessions, baskets]);
    try {
      const report = await this.cleanup.removeExpired({
        ...options,
        record,
        signal: AbortSignal.any(signals),
      });
      await this.runs.update(id, await this.completionOf(report));
      await this.runs.query(REMOVE_OLD);
      this.logger.log(`Removed ${report.sessions} sessions, ${report.baskets} baskets: ${report.stopReason}`);
      this.events.emit(CleanupRunEnded.NAME, new CleanupRunEnded(trigger, report.stopReason));
      return report;
    } catch (error) {
      await this.recordFailure(id, error);
      this.events.emit(CleanupRunEnded.NAME, new CleanupRunEnded(trigger, 'failed'));
      throw error;
    }
  }

  private async completionOf({
    sessions,
    baskets,
    stopReason,
  }: CleanupReport): Promise<QueryDeepPartialEntity<CleanupRun>> {
    const living = await this.counts.countLiving();
    return {
      endedAt: () => 'now()',
      sessionsRemoved: sessions,
      basketsRemoved: baskets,
      sessionsLeft: await this.counts.countExpiredExactly(EXACT_MILLISECONDS),
      sessionsLiving: living.count,
      guestBasketsLiving: living.guestBaskets,
      stopReason,
    };
  }

  /** The failure that matters is the run's own; that its record can't be written either is only logged. */
  private async recordFailure(id: string, error: unknown): Promise<void> {
    const failure = { stopReason: 'failed', error: String(error) } as const;
    await this.runs
      .update(id, { ...failure, endedAt: () => 'now()' })
      .catch((again: unknown) => this.logger.warn(String(again)));
  }
}

const RECORD_BATCH = `
  UPDATE cleanup_runs
  SET sessions_removed = sessions_removed + $2, baskets_removed = baskets_removed + $3
  WHERE id = $1`;

const REMOVE_OLD = `DELETE FROM cleanup_runs WHERE started_at < now() - interval '90 days'`;
