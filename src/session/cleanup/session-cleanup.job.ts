import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { CleanupRuns } from './cleanup-runs.service.js';
import { scheduleJob } from './schedule-job.js';

/** Cleans up on the schedule of `CLEANUP_CRON`; a run that takes longer than the schedule's interval has no second beside it. */
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

  /** A run that can't even start is no reason to stop the server; the next tick tries again. */
  private async run(): Promise<void> {
    if (this.runs.isRunning) return;
    try {
      await this.runs.start('cron');
    } catch (error) {
      // The log has it already, once and not with each tick.
      if (error instanceof Problem && error.type === 'clock-differs') return;
      this.logger.error('The cleanup can not start', stackOf(error));
    }
  }
}
