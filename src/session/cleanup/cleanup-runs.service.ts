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

/** Runs the cleanup, one run at a time in a process, and keeps a record of it. */
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
   * Starts a run and does not wait for its end, which its row will tell.
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

  /** Lets the batch under way finish. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    await this.current;
  }

  private async launch(trigger: CleanupTrigger, options: CleanupOptions): Promise<LaunchedRun> {
    if (this.current) throw new Problem('cleanup-running', 'Wait until the run that is under way has ended.');
    const created = this.create(trigger);
    const ended = created.then((run) => this.complete(run, options));
    this.current = ended.catch(() => undefined).finally(() => (this.current = null));
    return { run: await created, ended };
  }

  /** Without a row while the clocks differ: the schedule would add one with each tick. */
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
