import { Logger } from '@nestjs/common';
import { CronJob, CronTime } from 'cron';
import { stackOf } from '../../problem/error-text.js';

/** Starts a job on a schedule, in the time zone of the process. */
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

/**
 * A time whose wait is never negative.
 *
 * A busy process can compute the wait after the due time has passed. For a negative wait `cron`
 * writes to the console and skips the run. With a wait of 0 the run only starts late.
 */
class CatchUpTime extends CronTime {
  override getTimeout(): number {
    return Math.max(0, super.getTimeout());
  }
}
