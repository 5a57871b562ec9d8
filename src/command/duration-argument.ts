import { InvalidArgumentError } from 'commander';

const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Parses 90s, 30m, 1h or 7d. Returns milliseconds. */
export function duration(text: string): number {
  const [, number = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (number !== '') return Number(number) * MILLISECONDS[unit as keyof typeof MILLISECONDS];
  throw new InvalidArgumentError('It must be a number with a unit, such as 90s, 30m, 1h or 7d.');
}
