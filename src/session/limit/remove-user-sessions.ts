import type { EntityManager, QueryRunner } from 'typeorm';
import { DATABASE_NOW } from '../../database/database-clock.js';
import { CREATE_BATCH_TABLE, removeChosen } from '../cleanup/remove-batch.js';
import { BATCH_TABLE } from '../cleanup/session-batch.js';

/** Leaves `basket_id` empty: a check constraint ensures that a user's session has no basket. */
const FILL = `
  filled AS (INSERT INTO ${BATCH_TABLE} (session_ctid) SELECT ctid FROM chosen)
  SELECT count(*)::int AS count FROM chosen`;

export const CHOOSE_ALL = `
  WITH chosen AS (
    SELECT ctid FROM sessions WHERE user_id = $1 ORDER BY id FOR UPDATE
  ), ${FILL}`;

/**
 * Chooses sessions beyond the limit, and skips locked ones.
 *
 * The session $2 always stays, and counts. The others stay in this order: active sessions before
 * expired ones, sessions that were used since their login before unused ones, and the most recently
 * used first.
 *
 * A used session has a later expiry than an unused one. $4 is the lifetime of an unused session in
 * milliseconds, and one millisecond more is for rounding.
 *
 * It finds the rows by ctid, not by id. PostgreSQL may have no statistics of a user with many
 * sessions, and would then compare each session with each.
 */
export const CHOOSE_EXCESS = `
  WITH excess AS (
    SELECT ctid AS session_ctid FROM sessions WHERE user_id = $1 AND id <> $2
    ORDER BY expired_at > ${DATABASE_NOW} DESC,
      expired_at > extract(epoch FROM created_at)::float8 * 1000 + $4::float8 + 1 DESC, expired_at DESC, id
    LIMIT $5 OFFSET $3::int - 1
  ), chosen AS (
    SELECT ctid FROM sessions WHERE ctid = ANY (ARRAY (SELECT session_ctid FROM excess)) AND user_id = $1
    FOR UPDATE SKIP LOCKED
  ), ${FILL}`;

/** Reads at most one session more than the limit. */
const HAS_EXCESS = `
  SELECT count(*) > $2::int AS has FROM (SELECT FROM sessions WHERE user_id = $1 LIMIT $2::int + 1) AS counted`;

export interface SessionLimitOfUser {
  readonly userId: string;
  /** The session that is never removed. */
  readonly keptId: string;
  readonly limit: number;
  /** The lifetime of a session that is not used after its login, in milliseconds. */
  readonly unusedLifetime: number;
}

/** Removes all sessions of a user in the caller's transaction. The caller has locked the user. */
export async function removeSessionsOfUser(manager: EntityManager, userId: string): Promise<void> {
  await removeInTransaction(queryRunnerOf(manager), CHOOSE_ALL, [userId]);
}

export async function hasExcessSessions(
  manager: EntityManager,
  { userId, limit }: SessionLimitOfUser,
): Promise<boolean> {
  const [row] = await manager.query<[{ has: boolean }]>(HAS_EXCESS, [userId, limit]);
  return row.has;
}

/**
 * Removes at most `size` sessions beyond the limit in the caller's transaction. Returns their
 * number.
 */
export async function removeExcessSessions(
  manager: EntityManager,
  { userId, keptId, limit, unusedLifetime }: SessionLimitOfUser,
  size: number,
): Promise<number> {
  const values = [userId, keptId, limit, unusedLifetime, size];
  return removeInTransaction(queryRunnerOf(manager), CHOOSE_EXCESS, values);
}

async function removeInTransaction(
  queryRunner: QueryRunner,
  choose: string,
  values: unknown[],
): Promise<number> {
  await queryRunner.query(CREATE_BATCH_TABLE);
  const [{ count }] = (await queryRunner.query(choose, values)) as [{ count: number }];
  if (count > 0) await removeChosen(queryRunner, count);
  return count;
}

function queryRunnerOf({ queryRunner }: EntityManager): QueryRunner {
  if (!queryRunner) throw new Error('Sessions must be removed in a transaction.');
  return queryRunner;
}
