import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { ClockCheck } from '../../database/clock-check.service.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { CleanupRunEnded } from './cleanup-run-ended.event.js';
import type { CleanupRun, CleanupTrigger } from './cleanup-run.entity.js';
import { CleanupRunStore } from './cleanup-run.store.js';
import { type CleanupOptions, type CleanupReport, SessionCleanup } from './session-cleanup.service.js';

interface LaunchedRun {
  run: CleanupRun;
  ended: Promise<CleanupReport>;
}

/** Runs the cleanup, at most one run at a time in a process, and records each run. */
@Injectable()
export class CleanupRuns implements BeforeApplicationShutdown {
  private readonly logger = new Logger(CleanupRuns.name);
  private readonly shutdown = new AbortController();
  private current: Promise<unknown> | null = null;

  constructor(
    private readonly store: CleanupRunStore,
    private readonly cleanup: SessionCleanup,
    private readonly clock: ClockCheck,
    private readonly events: EventEmitter2,
  ) {}

  /** True while a run is active in this process. */
  get isRunning(): boolean {
    return this.current !== null;
  }

  /**
   * Starts a run and waits for its end.
   *
   * @throws Problem `cleanup-running`, `clock-differs`
   * @throws Error if the database fails. The run is then recorded as failed, if that is possible
   */
  async run(trigger: CleanupTrigger, options: CleanupOptions = {}): Promise<CleanupReport> {
    const { ended } = await this.launch(trigger, options);
    return ended;
  }

  /**
   * Starts a run and returns its row without waiting for the end.
   *
   * @throws Problem `cleanup-running`, `clock-differs`
   */
  async start(trigger: CleanupTrigger): Promise<CleanupRun> {
    const { run, ended } = await this.launch(trigger, {});
    ended.catch((error: unknown) => {
      this.logger.error('The cleanup failed', stackOf(error));
    });
    return run;
  }

  /** Stops the run after its current batch. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    await this.current;
  }

  private async launch(trigger: CleanupTrigger, options: CleanupOptions): Promise<LaunchedRun> {
    if (this.current) throw new Problem('cleanup-running', 'Wait until the current run has ended.');
    const created = this.create(trigger);
    const ended = created.then((run) => this.complete(run, options));
    this.current = ended.catch(() => undefined).finally(() => (this.current = null));
    return { run: await created, ended };
  }

  /**
   * Compares the clocks before it inserts the row. Otherwise the schedule would add one failed run
   * after the other while they differ.
   */
  private async create(trigger: CleanupTrigger): Promise<CleanupRun> {
    await this.clock.assertAgreement();
    return this.store.create(trigger);
  }

  private async complete({ id, trigger }: CleanupRun, options: CleanupOptions): Promise<CleanupReport> {
    const signals = [this.shutdown.signal, ...(options.signal ? [options.signal] : [])];
    const record = this.store.recordBatch(id);
    try {
      const report = await this.store.withHeartbeat(id, () =>
        this.cleanup.removeExpired({ ...options, record, signal: AbortSignal.any(signals) }),
      );
      await this.store.complete(id, report);
      this.logger.log(`Removed ${report.sessions} sessions, ${report.baskets} baskets: ${report.stopReason}`);
      this.events.emit(CleanupRunEnded.NAME, new CleanupRunEnded(trigger, report.stopReason));
      return report;
    } catch (error) {
      await this.store.fail(id, error);
      this.events.emit(CleanupRunEnded.NAME, new CleanupRunEnded(trigger, 'failed'));
      throw error;
    }
  }
}
