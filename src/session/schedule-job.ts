import { Logger } from '@nestjs/common';
import { CronJob, CronTime } from 'cron';

/**
 * Starts a job on a schedule, in the time zone of the process.
 *
 * A busy process can ask for the time to wait when the due time has passed already. `cron` would then write to the console
 * and skip the run. Here the time to wait is 0 instead, and the run is made up for.
 */
export function scheduleJob(cron: string, onTick: () => Promise<void>): CronJob {
  const logger = new Logger('Schedule');
  const job = CronJob.from({
    cronTime: cron,
    onTick,
    errorHandler: (error) =>
      logger.error('A scheduled job failed', error instanceof Error ? error.stack : error),
  });
  job.setTime(new CatchUpTime(cron));
  job.start();
  return job;
}

class CatchUpTime extends CronTime {
  override getTimeout(): number {
    return Math.max(0, super.getTimeout());
  }
}
