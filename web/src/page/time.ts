const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Formats "9 December, 14:05", or "14:05" within a day. */
export function moment(iso: string, now = Date.now()): string {
  const at = new Date(iso);
  const isNear = Math.abs(at.getTime() - now) < DAY;
  const time = { hour: '2-digit', minute: '2-digit' } as const;
  const format = isNear ? { ...time, ...secondsIfSoon(at, now) } : { day: 'numeric', month: 'long', ...time };
  return new Intl.DateTimeFormat('en-GB', format as Intl.DateTimeFormatOptions).format(at);
}

/** Formats "4 minutes ago". */
export function ago(iso: string, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1_000));
  const format = new Intl.RelativeTimeFormat('en');
  if (seconds < 90) return format.format(-seconds, 'second');
  if (seconds < 5_400) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 129_600) return format.format(-Math.round(seconds / 3_600), 'hour');
  return format.format(-Math.round(seconds / 86_400), 'day');
}

function secondsIfSoon(at: Date, now: number): object {
  return Math.abs(at.getTime() - now) < 10 * MINUTE ? { second: '2-digit' } : {};
}
