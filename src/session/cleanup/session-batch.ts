import type { QueryRunner } from 'typeorm';

const KEY = 'sessionBatch';

/** The temporary table that holds a batch: `session_ctid` (the row's ctid) and `basket_id` of the sessions that go. */
export const BATCH_TABLE = 'pg_temp.session_batch';

/**
 * Announces to the subscribers of a bulk delete which sessions it takes.
 *
 * TypeORM tells them nothing about rows then, and carrying a batch's rows through this process would cost a third of
 * the speed. So the rows stay in the database, in BATCH_TABLE, and this flag is passed along the connection.
 */
export class SessionBatch {
  /** What the subscribers removed along with the sessions. */
  basketsRemoved = 0;

  static of(queryRunner: QueryRunner): SessionBatch | undefined {
    return (queryRunner.data as Record<string, SessionBatch | undefined>)[KEY];
  }

  /** Announces a batch for as long as the removal takes. */
  static async announce(queryRunner: QueryRunner, removal: () => Promise<unknown>): Promise<SessionBatch> {
    const announced = queryRunner.data as Record<string, SessionBatch | undefined>;
    const batch = new SessionBatch();
    announced[KEY] = batch;
    try {
      await removal();
      return batch;
    } finally {
      delete announced[KEY];
    }
  }
}
