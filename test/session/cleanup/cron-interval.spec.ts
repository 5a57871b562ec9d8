import { describe, expect, it } from '@jest/globals';
import { CronTime } from 'cron';
import fc from 'fast-check';
import { largestGap, largestGapOf } from '../../../src/session/cleanup/cron-interval.js';

describe('the longest interval of a schedule', () => {
  it.each([
    ['* * * * * *', 1],
    ['*/5 * * * *', 300],
    ['0 3 * * *', 86_400],
    ['0 3 * * 1-5', 3 * 86_400],
    ['*/30 8-18 * * *', 13.5 * 3_600],
  ])('for %s is %d s', (cron, seconds) => {
    expect(largestGapOf(cron, 0)).toBe(seconds);
  });

  it.each([
    ['a window at night', '* 1-4 * * *', 20 * 3_600 + 60],
    ['working hours of working days', '*/5 9-17 * * 1-5', (2 * 24 + 15) * 3_600 + 5 * 60],
    ['seconds', '*/20 30 * * * *', 3_600 - 40],
    ['seconds in a window of minutes', '0-10/5 0-1 3 * * *', 86_400 - 70],
    ['all days of a month but one', '0 3 1-30 * *', 2 * 86_400],
    ['all months but one', '0 0 1 1-11 *', 61 * 86_400],
    ['a day of a month', '0 0 1 * *', 31 * 86_400],
    ['the last day of some months', '0 0 31 * *', 61 * 86_400],
    ['a year', '@yearly', 366 * 86_400],
    ['29 February, in the century without one', '0 0 29 2 *', (8 * 365 + 1) * 86_400],
    ['a day of a month or of a week', '0 0 13 * 5', 7 * 86_400],
    ['the Mondays of December', '0 0 * 12 1', 49 * 7 * 86_400],
  ])('is found for %s', (_, cron, seconds) => {
    expect(largestGapOf(cron, 0)).toBe(seconds);
  });

  it('includes the hour that is repeated in autumn when it is longer than that', () => {
    expect(largestGapOf('0 3 * * *', 3_600)).toBe(25 * 3_600);
    expect(largestGapOf('*/5 * * * *', 3_600)).toBe(300);
  });

  it('is never exceeded by any schedule from any day', () => {
    const field = (min: number, max: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 2, max: 12 }).map((step) => `*/${step}`),
        fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map(String),
      );
    const cron = fc.tuple(field(0, 59), field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6));
    const start = fc.date({ min: new Date(), max: new Date(Date.now() + 2e11), noInvalidDate: true });
    const property = fc.property(cron, start, (fields, from) => {
      const time = new CronTime(fields.join(' '), 'UTC');
      const gap = largestGapOf(fields.join(' '), 0) * 1_000;
      let last = time.getNextDateFrom(from, 'UTC');
      for (let n = 0; n < 5; n++) {
        const next = time.getNextDateFrom(last.toJSDate(), 'UTC');
        expect(next.toMillis()).toBeGreaterThan(last.toMillis());
        expect(next.toMillis() - last.toMillis()).toBeLessThanOrEqual(gap);
        last = next;
      }
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('is the longest between neighbouring times, and null for fewer than two', () => {
    expect([largestGap([]), largestGap([5]), largestGap([5, 1, 4, 0])]).toEqual([null, null, 3]);
  });
});
