import { describe, expect, it } from '@jest/globals';
import { largestGap, largestGapOf } from '../../src/session/schedule-gap.js';

describe('the gap of a schedule', () => {
  it.each([
    ['* * * * * *', 1],
    ['*/5 * * * *', 300],
    ['0 3 * * *', 86_400],
    ['0 3 * * 1-5', 3 * 86_400],
    ['*/30 8-18 * * *', 13.5 * 3_600],
  ])('of %s is %d s', (cron, seconds) => {
    expect(largestGapOf(cron)).toBe(seconds);
  });

  it('is known of a schedule that ticks once in years', () => {
    expect(largestGapOf('0 0 29 2 *')).toBeGreaterThan(4 * 365 * 86_400);
  });

  it('is the longest between neighbours, if there are any', () => {
    expect([largestGap([]), largestGap([5_000]), largestGap([5_000, 1_000, 4_000, 0])]).toEqual([
      null,
      null,
      3,
    ]);
  });
});
