import type { EntityManager, QueryRunner } from 'typeorm';
import { type ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { DATABASE_NOW } from '../../database/database-clock.js';
import { BATCH_TABLE, SessionBatch } from './session-batch.js';
import { Session } from '../session.entity.js';

/** Which expired sessions are next. */
export interface Choice {
  /** From this expiry on, milliseconds since 1970; up to the database's time. */
  readonly after: number;
  /** Sessions that can't be removed. */
  readonly skipped: readonly string[];
}

export interface RemovedBatch {
  sessions: number;
  baskets: number;
  /** The latest expiry in it, where the next batch goes on. */
  lastExpiredAt: number;
}

/** Writes down what a batch removed, in the batch's own transaction. */
export type RecordBatch = (manager: EntityManager, batch: RemovedBatch) => Promise<unknown>;

/** In each batch's transaction, whatever connection a pooler lends it; made once a connection, and emptied at its end. */
export const CREATE_BATCH_TABLE = `
  CREATE TEMPORARY TABLE IF NOT EXISTS session_batch (session_ctid tid, basket_id uuid)
  ON COMMIT DELETE ROWS`;

const EXPIRED = `
  FROM sessions WHERE expired_at BETWEEN $1 AND ${DATABASE_NOW} AND id <> ALL ($2) ORDER BY expired_at`;

/**
 * One statement, so that a session that was extended after it was found is seen to be so under its lock, and stays.
 *
 * A locked row stays where it is, so its place finds it again: a third faster than its id, whose index has no order.
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
 * A handful of statements whatever the size: choose, delete, the subscriber's delete of the baskets, record, commit.
 *
 * @throws Problem `clock-differs`; nothing is removed then
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

/** The first of the choice, without a lock. */
export async function findFirst(queryRunner: QueryRunner, choice: Choice): Promise<string | undefined> {
  const sql = `SELECT id ${EXPIRED} LIMIT 1`;
  const [first] = await queryRunner.manager.query<{ id: string }[]>(sql, valuesOf(choice));
  return first?.id;
}

/** Removes the sessions that BATCH_TABLE holds, so many, and announces them to the subscribers. */
export async function removeChosen(queryRunner: QueryRunner, count: number): Promise<SessionBatch> {
  return SessionBatch.announce(queryRunner, () => remove(queryRunner, count));
}

async function remove(queryRunner: QueryRunner, count: number): Promise<void> {
  const { affected } = await queryRunner.manager
    .createQueryBuilder(Session, 'session', queryRunner)
    .delete()
    .where(`ctid = ANY (ARRAY (SELECT session_ctid FROM ${BATCH_TABLE}))`)
    .execute();
  // Their baskets are gone by now: a session that stayed, by somebody's trigger, would have lost its own.
  if (affected !== count) throw new Error(`Of ${count} sessions ${affected} were removed.`);
}

function valuesOf({ after, skipped }: Choice): unknown[] {
  return [after, skipped];
}
