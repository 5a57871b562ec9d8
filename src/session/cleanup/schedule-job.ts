import { Logger } from '@nestjs/common';
import { CronJob, CronTime } from 'cron';
import { stackOf } from '../../problem/error-text.js';

/**
 * Starts a job on a schedule, in the time zone of the process.
 *
 * A busy process can compute the wait after the due time has passed. `cron` would then write to the console and skip the
 * run. Here the wait is 0, so the run starts late and is not lost.
 */
export function scheduleJob(cron: string, onTick: () => Promise<void>): CronJob {
  const logger = new Logger('Schedule');
  const job = CronJob.from({
    cronTime: cron,
    onTick,
    errorHandler: (error) => logger.error('A scheduled job failed', stackOf(error)),
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
