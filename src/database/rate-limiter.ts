import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import type { ProblemType } from '../problem/problem-types.js';
import { Problem } from '../problem/problem.js';

/** Counts in the database, so the limit holds for all instances together. Null: not limited. */
export type RateLimiter = RateLimiterPostgres | null;

/** @param keyPrefix what is counted; each has counts of its own in the one table */
export function makeRateLimiter(
  storeClient: DataSource,
  keyPrefix: string,
  points: number | null,
  durationSeconds: number,
): RateLimiter {
  if (points === null) return null;
  return new RateLimiterPostgres({
    storeClient,
    storeType: 'typeorm',
    tableName: 'login_attempts',
    tableCreated: true,
    keyPrefix,
    points,
    duration: durationSeconds,
  });
}

/** Counts one. @throws Problem of the given type with `Retry-After`, when that is one too many */
export async function countOrRefuse(limiter: RateLimiter, key: string, problem: ProblemType): Promise<void> {
  try {
    await limiter?.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    const headers = { 'Retry-After': String(seconds) };
    throw new Problem(problem, `Try again in ${seconds} s.`, {}, { headers });
  }
}
