import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { DATABASE_NOW } from './database-clock.js';
import { type NamedStatement, queryNamed } from './named-statement.js';
import type { ProblemType } from '../problem/problem-types.js';
import { Problem } from '../problem/problem.js';

/** Counts in the database, so the limit holds for all instances together. Null means unlimited. */
export type RateLimiter = RateLimiterPostgres | null;

const COUNTED = `a.expire > ${DATABASE_NOW} AND a.expire <= ${DATABASE_NOW} + $3::bigint`;

/**
 * Counts an attempt. If a row ends later than a new one would, a clock was wrong: its count
 * restarts.
 */
const COUNT: NamedStatement = {
  name: 'count-attempts',
  text: `
    INSERT INTO login_attempts AS a (key, points, expire) VALUES ($1, $2::int, ${DATABASE_NOW} + $3::bigint)
    ON CONFLICT (key) DO UPDATE SET
      points = CASE WHEN ${COUNTED} THEN a.points + $2::int ELSE $2::int END,
      expire = CASE WHEN ${COUNTED} THEN a.expire ELSE excluded.expire END
    RETURNING points, (expire - ${DATABASE_NOW})::float8 AS "millisecondsLeft"`,
};

const REMOVE_ENDED = `DELETE FROM login_attempts WHERE expire < ${DATABASE_NOW}`;

/**
 * The limiter of the library, with the database's clock.
 *
 * The library uses the clock of the process. An instance whose clock is ahead would lock people out
 * on all instances. Only these two methods read a clock for `consume`, `reward` and `delete`. See
 * docs/decisions/11-database-clock.md.
 */
class DatabaseRateLimiter extends RateLimiterPostgres {
  constructor(
    private readonly dataSource: DataSource,
    options: Omit<ConstructorParameters<typeof RateLimiterPostgres>[0], 'storeClient' | 'storeType'>,
  ) {
    super({ ...options, storeClient: dataSource, storeType: 'typeorm' });
  }

  /** Returns `expire` by the clock of the process, because the library compares the two. */
  async _upsert(key: string, points: number, milliseconds: number) {
    type Row = { points: number; millisecondsLeft: number };
    const rows = await queryNamed<Row>(this.dataSource, COUNT, [key, points, milliseconds]);
    return { rows: rows.map((row) => ({ points: row.points, expire: Date.now() + row.millisecondsLeft })) };
  }

  /** The library calls it every five minutes, and does not wait for it. */
  async clearExpired(): Promise<void> {
    await this.dataSource.query(REMOVE_ENDED).catch(() => undefined);
  }
}

/** @param keyPrefix names what is counted: all limiters share one table */
export function makeRateLimiter(
  dataSource: DataSource,
  keyPrefix: string,
  points: number | null,
  durationSeconds: number,
): RateLimiter {
  if (points === null) return null;
  return new DatabaseRateLimiter(dataSource, {
    tableName: 'login_attempts',
    tableCreated: true,
    keyPrefix,
    points,
    duration: durationSeconds,
  });
}

/**
 * Counts one attempt.
 *
 * @throws Problem of the given type with `Retry-After`, if the limit is exceeded
 */
export async function consumeOrReject(
  limiter: RateLimiter,
  key: string,
  problem: ProblemType,
): Promise<void> {
  try {
    await limiter?.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    const headers = { 'Retry-After': String(seconds) };
    throw new Problem(problem, `Try again in ${seconds} s.`, {}, { headers });
  }
}
