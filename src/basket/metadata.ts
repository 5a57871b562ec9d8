import { isDeeperThan } from '../http/input/json-depth.js';
import { STORABLE } from '../http/input/printable.js';
import type { Metadata } from './query/basket-snapshot.js';

const MAX_DEPTH = 3;

/** Of the JSON in UTF-8. */
const MAX_BYTES = 4_096;

export const METADATA_RULE =
  `must be an object with at most ${MAX_DEPTH} levels and ${MAX_BYTES / 1_024} kB, ` +
  'without the character U+0000 and numbers out of range';

/** Says whether a value can be the metadata of a basket. */
export function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (isDeeperThan(MAX_DEPTH, value) || !isStorable(value)) return false;
  return Buffer.byteLength(JSON.stringify(value)) + writtenZeros(value) <= MAX_BYTES;
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return STORABLE.test(value);
  // JSON.parse makes Infinity of 1e999.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, member]) => STORABLE.test(name) && isStorable(member));
}

/**
 * Counts the zeros that PostgreSQL writes for the exponents of numbers. With `1e308` a hundred
 * times, each read of the basket would be long.
 */
function writtenZeros(value: unknown): number {
  if (typeof value === 'number') return Math.abs(Number(String(value).split('e')[1] ?? 0));
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + writtenZeros(member), 0);
}
