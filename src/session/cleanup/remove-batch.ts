import type { EntityManager, QueryRunner } from 'typeorm';
import { type ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { DATABASE_NOW } from '../../database/database-clock.js';
import { BATCH_TABLE, SessionBatch } from './session-batch.js';
import { Session } from '../session.entity.js';

/** Selects expired sessions, the oldest first. */
export interface Choice {
  /** The lowest expiry, in milliseconds since 1970. The upper bound is the database's time. */
  readonly after: number;
  /** The ids of sessions that could not be removed. */
  readonly skipped: readonly string[];
}

export interface RemovedBatch {
  sessions: number;
  baskets: number;
  /** The latest expiry in the batch. The next batch starts there. */
  lastExpiredAt: number;
}

/** Records the numbers of a batch in the batch's own transaction. */
export type RecordBatch = (manager: EntityManager, batch: RemovedBatch) => Promise<unknown>;

/**
 * Creates the table of the batch, once per connection.
 *
 * It runs in each batch's transaction, because a pooler may lend another connection each time.
 */
export const CREATE_BATCH_TABLE = `
  CREATE TEMPORARY TABLE IF NOT EXISTS session_batch (session_ctid tid, basket_id uuid)
  ON COMMIT DELETE ROWS`;

const EXPIRED = `
  FROM sessions WHERE expired_at BETWEEN $1 AND ${DATABASE_NOW} AND id <> ALL ($2) ORDER BY expired_at`;

/**
 * Chooses and locks the sessions of a batch.
 *
 * It is one statement, so the expiry is checked again under the lock. A session that was extended
 * meanwhile stays. The ctid of a locked row can't change. See docs/decisions/04-cleanup-batch.md.
 */
export const FILL_BATCH_TABLE = `
  WITH chosen AS (
    SELECT ctid, basket_id, expired_at ${EXPIRED} LIMIT $3 FOR UPDATE SKIP LOCKED
  ), filled AS (
    INSERT INTO ${BATCH_TABLE} (session_ctid, basket_id) SELECT ctid, basket_id FROM chosen
  )
  SELECT count(*)::int AS sessions, coalesce(max(expired_at), 0)::float8 AS "lastExpiredAt", ${DATABASE_AT}
  FROM chosen`;

/**
 * Removes a batch of expired sessions and their baskets in one transaction.
 *
 * The number of statements does not depend on the size.
 *
 * @throws Problem `clock-differs`, and removes nothing
 */
export async function removeBatch(
  queryRunner: QueryRunner,
  choice: Choice,
  size: number,
  { clock, record }: { clock: ClockCheck; record: RecordBatch },
): Promise<RemovedBatch> {
  const { manager } = queryRunner;
  await queryRunner.startTransaction();
  try {
    await manager.query(CREATE_BATCH_TABLE);
    const values = [...valuesOf(choice), size];
    const { sessions, lastExpiredAt } = await clock.queryChecked<RemovedBatch>(
      manager,
      FILL_BATCH_TABLE,
      values,
    );
    const { basketsRemoved } = await removeChosen(queryRunner, sessions);
    const batch = { sessions, lastExpiredAt, baskets: basketsRemoved };
    if (batch.sessions > 0) await record(manager, batch);
    await queryRunner.commitTransaction();
    return batch;
  } catch (error) {
    await queryRunner.rollbackTransaction();
    throw error;
  }
}

/** Returns the id of the oldest chosen session, without a lock. */
export async function findOldestId(queryRunner: QueryRunner, choice: Choice): Promise<string | undefined> {
  const sql = `SELECT id ${EXPIRED} LIMIT 1`;
  const [first] = await queryRunner.manager.query<{ id: string }[]>(sql, valuesOf(choice));
  return first?.id;
}

/**
 * Removes the sessions in BATCH_TABLE, and announces them to the subscribers.
 *
 * @param count the number of sessions in the table
 */
export async function removeChosen(queryRunner: QueryRunner, count: number): Promise<SessionBatch> {
  return SessionBatch.announce(queryRunner, () => remove(queryRunner, count));
}

async function remove(queryRunner: QueryRunner, count: number): Promise<void> {
  const { affected } = await queryRunner.manager
    .createQueryBuilder(Session, 'session', queryRunner)
    .delete()
    .where(`ctid = ANY (ARRAY (SELECT session_ctid FROM ${BATCH_TABLE}))`)
    .execute();
  // The baskets are deleted by now. A session that a trigger has kept would have lost its basket.
  if (affected !== count) throw new Error(`Only ${affected} of ${count} sessions were removed.`);
}

function valuesOf({ after, skipped }: Choice): unknown[] {
  return [after, skipped];
}
