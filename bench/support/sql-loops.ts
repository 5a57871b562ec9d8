import type pg from 'pg';
import { withClient } from './database.js';

const BATCH = 2_000;

/** The number of rows that a loop has removed, and its duration. */
export interface Rate {
  count: number;
  seconds: number;
}

/**
 * One statement per batch: selects the rows by ctid, checks the expiry again under the lock, and
 * moves forward.
 */
const BY_CTID = `
  WITH chosen AS (
    SELECT ctid, expired_at FROM sessions
    WHERE expired_at BETWEEN $1 AND $2
    ORDER BY expired_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM sessions WHERE ctid = ANY (ARRAY (SELECT ctid FROM chosen)) RETURNING basket_id, expired_at
  ), baskets AS (
    DELETE FROM baskets
    WHERE id = ANY (ARRAY (SELECT basket_id FROM gone)) AND owner_id IS NULL AND status = 'open'
    RETURNING id
  )
  SELECT count(*)::int AS count, coalesce(max(expired_at), 0)::float8 AS last, (SELECT count(*)::int FROM baskets) AS baskets
  FROM gone`;

/** A range of expiry times: reads its end from the index, and then deletes the whole range. */
const RANGE_END = `
  SELECT max(expired_at)::float8 AS last
  FROM (SELECT expired_at FROM sessions WHERE expired_at > $1 AND expired_at <= $2 ORDER BY expired_at LIMIT ${BATCH}) AS batch`;
const BY_RANGE = `
  WITH gone AS (
    DELETE FROM sessions WHERE expired_at > $1 AND expired_at <= $2 RETURNING basket_id
  ), baskets AS (
    DELETE FROM baskets
    WHERE id = ANY (ARRAY (SELECT basket_id FROM gone)) AND owner_id IS NULL AND status = 'open'
    RETURNING id
  )
  SELECT count(*)::int AS count, (SELECT count(*)::int FROM baskets) AS baskets FROM gone`;

/** Removes orphans by keyset over the primary key, without any other work. */
const ORPHANS = `
  WITH step AS (
    SELECT id FROM baskets WHERE id > $1 ORDER BY id LIMIT 5000
  ), gone AS (
    DELETE FROM baskets b USING step
    WHERE b.id = step.id AND b.owner_id IS NULL AND b.status = 'open' AND b.updated_at < $2
      AND NOT EXISTS (SELECT FROM sessions s WHERE s.basket_id = b.id)
    RETURNING b.id
  )
  SELECT (SELECT count(*)::int FROM gone) AS count, (SELECT id FROM step ORDER BY id DESC LIMIT 1) AS last`;

export const removeByCtid = (url: string) => loop(url, '0', (after, until) => [BY_CTID, [after, until]]);

export const removeOrphans = (url: string) =>
  loop(url, '00000000-0000-0000-0000-000000000000', (after, until) => [ORPHANS, [after, new Date(until)]]);

export async function removeByRange(url: string): Promise<Rate> {
  return withClient(url, async (client) => {
    const until = Date.now();
    const start = performance.now();
    let count = 0;
    let after = 0;
    for (;;) {
      const { rows: ends } = await client.query<{ last: number | null }>(RANGE_END, [after, until]);
      const last = ends[0]?.last;
      if (last == null) return { count, seconds: (performance.now() - start) / 1_000 };
      const { rows } = await client.query<{ count: number }>(BY_RANGE, [after, last]);
      count += rows[0]?.count ?? 0;
      after = last;
    }
  });
}

async function loop(
  url: string,
  begin: string,
  statement: (after: string, until: number) => [string, unknown[]],
): Promise<Rate> {
  return withClient(url, async (client: pg.Client) => {
    const until = Date.now();
    const start = performance.now();
    let count = 0;
    for (let after: string | null = begin; after !== null;) {
      const [sql, values] = statement(after, until);
      const { rows }: pg.QueryResult<{ count: number; last: string | null }> = await client.query(
        sql,
        values,
      );
      const [batch] = rows;
      count += batch?.count ?? 0;
      after = batch?.last && String(batch.last) !== '0' ? batch.last : null;
    }
    return { count, seconds: (performance.now() - start) / 1_000 };
  });
}
