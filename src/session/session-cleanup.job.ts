import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Environment } from '../environment.js';
import { CleanupRuns } from './cleanup-runs.service.js';

/** Cleans up on the schedule of `CLEANUP_CRON`; a run that takes longer than the schedule's step has no second beside it. */
@Injectable()
export class SessionCleanupJob implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(SessionCleanupJob.name);
  private readonly shutdown = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly runs: CleanupRuns,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    const { cleanupCron } = this.environment;
    if (cleanupCron === null) return;
    const job = CronJob.from({
      cronTime: cleanupCron,
      onTick: () => (this.running = this.run()),
      waitForCompletion: true,
      start: true,
    });
    this.scheduler.addCronJob('session-cleanup', job);
  }

  /** Lets the batch under way finish. */
  async beforeApplicationShutdown(): Promise<void> {
    this.shutdown.abort();
    await this.running;
  }

  /** A failed run is no reason to stop the server; the next tick tries again. */
  private async run(): Promise<void> {
    try {
      await this.runs.run('cron', { signal: this.shutdown.signal });
    } catch (error) {
      this.logger.error('The cleanup failed', error instanceof Error ? error.stack : error);
    }
  }
}
