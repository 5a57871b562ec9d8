import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CronJob } from 'cron';
import { scheduleJob } from '../../../src/session/cleanup/schedule-job.js';
import { eventually } from '../../support/eventually.js';

describe('a scheduled job', () => {
  const now = Date.now.bind(Date);
  let job: CronJob | undefined;
  afterEach(async () => {
    Date.now = now;
    await job?.stop();
    jest.restoreAllMocks();
  });

  /**
   * Lets the due time pass while the job computes its wait: each read of the clock adds two
   * seconds.
   */
  const beBusy = () => {
    let looks = 0;
    Date.now = () => now() + 2_000 * looks++;
  };

  it('runs once after a busy process missed a run, and writes nothing to the console', async () => {
    const lines = [jest.spyOn(console, 'warn'), jest.spyOn(console, 'error'), jest.spyOn(console, 'log')];
    let runs = 0;
    beBusy();
    job = scheduleJob('0-58/2 * * * * *', () => {
      runs++;
      return Promise.resolve();
    });
    expect(runs).toBe(0);
    Date.now = now;

    await eventually(() => Promise.resolve(runs > 0));

    expect(runs).toBe(1);
    for (const line of lines) expect(line).not.toHaveBeenCalled();
  });

  it('runs once when the process was blocked at the due time', async () => {
    let runs = 0;
    job = scheduleJob('* * * * * *', () => Promise.resolve(void runs++));
    const due = job.nextDate().toMillis();

    // Blocks the event loop for three seconds.
    const end = now() + 3_000;
    while (now() < end);
    expect(now()).toBeGreaterThan(due);
    await new Promise(setImmediate);

    await eventually(() => Promise.resolve(runs > 0));
    expect(runs).toBe(1);
  });

  it('logs the errors of its work', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    job = scheduleJob('* * * * * *', () => Promise.reject(new Error('The plug was pulled.')));

    await eventually(() => Promise.resolve(error.mock.calls.length > 0));

    expect(error.mock.calls[0]?.[1]).toContain('The plug was pulled.');
  });
});
