import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { CleanupRuns } from './cleanup-runs.service.js';
import { scheduleJob } from './schedule-job.js';

/** Runs the cleanup on the schedule of `CLEANUP_CRON`. Skips a tick while a run is active. */
@Injectable()
export class SessionCleanupJob implements OnApplicationBootstrap {
  private readonly logger = new Logger(SessionCleanupJob.name);

  constructor(
    private readonly scheduler: SchedulerRegistry,
    private readonly runs: CleanupRuns,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    const { cleanupCron } = this.environment;
    if (cleanupCron === null) return;
    const job = scheduleJob(cleanupCron, () => this.run());
    this.scheduler.addCronJob('session-cleanup', job);
  }

  /** Never throws, because an error must not stop the server. The next tick tries again. */
  private async run(): Promise<void> {
    if (this.runs.isRunning) return;
    try {
      await this.runs.start('cron');
    } catch (error) {
      // ClockCheck has logged it once. Each tick would log it again.
      if (error instanceof Problem && error.type === 'clock-differs') return;
      this.logger.error('The cleanup could not start', stackOf(error));
    }
  }
}
