import { CronTime } from 'cron';

type Field = 'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek';

const DAY_SECONDS = 86_400;
const DAYS_OF_WEEK = 7;
const DAYS_OF_MONTH = 31;
const FIRST_YEAR = 2000;
/** The calendar repeats after 400 years, including the days of the week. */
const YEARS = 400;

/**
 * Returns the longest time between two runs of a schedule, in seconds.
 *
 * All days with runs have the same times. So the longest gap is within such a day, or between its
 * last run and the first run of the next such day. If the gap is longer than the hour that repeats
 * in autumn, it can contain that hour.
 */
export function largestGapOf(cron: string, repeatedSeconds = findRepeatedSeconds()): number {
  const fields = fieldsOf(cron);
  const times = timesOfDay(fields);
  const overnight = largestDayGap(fields) * DAY_SECONDS - (times.at(-1) ?? 0) + (times[0] ?? 0);
  const gap = Math.max(overnight, largestGap(times) ?? 0);
  return gap > repeatedSeconds ? gap + repeatedSeconds : gap;
}

/**
 * Returns the largest gap between neighbours of a list in any order. Null if it has fewer than two.
 */
export function largestGap(times: number[]): number | null {
  const sorted = times.toSorted((one, other) => one - other);
  return sorted
    .slice(1)
    .reduce<number | null>((largest, at, n) => Math.max(largest ?? 0, at - (sorted[n] ?? at)), null);
}

/**
 * Reads the private fields of CronTime. Its public API treats the days 1-30 as every day of a
 * month.
 */
function fieldsOf(cron: string): Record<Field, Set<number>> {
  const time = new CronTime(cron) as unknown as Record<Field, object>;
  const field = (name: Field) => new Set(Object.keys(time[name]).map(Number));
  return {
    second: field('second'),
    minute: field('minute'),
    hour: field('hour'),
    dayOfMonth: field('dayOfMonth'),
    month: field('month'),
    dayOfWeek: field('dayOfWeek'),
  };
}

/** Returns the times of a day's runs in seconds since midnight. */
function timesOfDay({ hour, minute, second }: Record<Field, Set<number>>): number[] {
  const minutes = [...hour].flatMap((h) => [...minute].map((m) => h * 60 + m));
  return minutes.flatMap((m) => [...second].map((s) => m * 60 + s));
}

/** Returns the longest distance between two days with runs, in days. */
function largestDayGap({ dayOfMonth, month, dayOfWeek }: Record<Field, Set<number>>): number {
  // An unrestricted field matches every day. If both fields are restricted, one of them is enough.
  const isDue =
    dayOfMonth.size === DAYS_OF_MONTH || dayOfWeek.size === DAYS_OF_WEEK
      ? (day: number, weekday: number) => dayOfMonth.has(day) && dayOfWeek.has(weekday)
      : (day: number, weekday: number) => dayOfMonth.has(day) || dayOfWeek.has(weekday);
  const due: number[] = [];
  let days = 0;
  for (let year = FIRST_YEAR; year < FIRST_YEAR + YEARS; year++) {
    for (let n = 1; n <= 12; n++) {
      const length = new Date(Date.UTC(year, n, 0)).getUTCDate();
      for (let day = 1; day <= length; day++, days++) {
        // 1 January 2000 was a Saturday.
        if (month.has(n) && isDue(day, (days + 6) % DAYS_OF_WEEK)) due.push(days);
      }
    }
  }
  return Math.max(largestGap(due) ?? 0, days - (due.at(-1) ?? 0) + (due[0] ?? 0));
}

/** Returns by how many seconds the process's time zone goes back in autumn. 0 if it never does. */
function findRepeatedSeconds(): number {
  const year = new Date().getFullYear();
  const [winter, summer] = [0, 6].map((month) => new Date(year, month, 1).getTimezoneOffset());
  return Math.abs((winter ?? 0) - (summer ?? 0)) * 60;
}
