import type { QueryRunner } from 'typeorm';

const KEY = 'sessionBatch';

/** The temporary table of a batch. Its columns are the `ctid` of each session, and its basket. */
export const BATCH_TABLE = 'pg_temp.session_batch';

/**
 * Announces the sessions of a bulk delete to the subscribers.
 *
 * TypeORM tells subscribers nothing about the rows of a bulk delete. So the rows are in
 * BATCH_TABLE, and this object is in the data of the connection. See
 * docs/decisions/04-cleanup-batch.md.
 */
export class SessionBatch {
  /** The number of baskets that the subscribers removed with the sessions. */
  basketsRemoved = 0;

  static of(queryRunner: QueryRunner): SessionBatch | undefined {
    return (queryRunner.data as Record<string, SessionBatch | undefined>)[KEY];
  }

  /** Announces a batch during its removal. */
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
