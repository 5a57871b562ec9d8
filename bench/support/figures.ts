export function median(values: number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower = NaN, upper = NaN] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return (lower + upper) / 2;
}

/** @param share 0.99 for the 99th percentile */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** Formats median, minimum and maximum: `12,300 (11,900–12,800)`. */
export function spread(values: number[], digits = 0): string {
  const text = (value: number) => number(value, digits);
  return `${text(median(values))} (${text(Math.min(...values))}–${text(Math.max(...values))})`;
}

/** Formats `3 interleaved rounds`. */
export function interleaved(rounds: number): string {
  return `${rounds} interleaved ${rounds === 1 ? 'round' : 'rounds'}`;
}

export function number(value: number, digits = 0): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
