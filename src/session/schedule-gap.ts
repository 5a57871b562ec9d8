import { CronTime } from 'cron';

/** Enough to see the gap of a night or a weekend in most schedules. */
const MOST_TICKS = 150;
const WATCHED_MILLISECONDS = 8 * 24 * 60 * 60 * 1_000;

/** The longest time between two ticks of a cron expression within the next days, in seconds. */
export function largestGapOf(cron: string): number {
  const time = new CronTime(cron);
  const first = time.getNextDateFrom(new Date());
  const until = first.toMillis() + WATCHED_MILLISECONDS;
  const ticks = [first];
  for (let last = first; ticks.length < MOST_TICKS && last.toMillis() < until; ticks.push(last)) {
    last = time.getNextDateFrom(last.toJSDate());
  }
  return largestGap(ticks.map((tick) => tick.toMillis())) ?? 0;
}

/** The longest time between two neighbours of times in any order, in seconds; null: there are none. */
export function largestGap(milliseconds: number[]): number | null {
  const sorted = milliseconds.toSorted((one, other) => one - other);
  const gaps = sorted.slice(1).map((at, n) => (at - (sorted[n] ?? at)) / 1_000);
  return gaps.length === 0 ? null : Math.max(...gaps);
}
