import { Injectable } from '@nestjs/common';
import { DataSource, type EntitySubscriberInterface, type QueryRunner, type RemoveEvent } from 'typeorm';
import { BATCH_TABLE, SessionBatch } from '../../session/cleanup/session-batch.js';
import { Session } from '../../session/session.entity.js';

/**
 * The sessions that one call removes as entities. Two statements lock and remove all their baskets.
 */
interface Removal {
  sessionIds: string[];
  basketIds: string[];
  isLocked: boolean;
  locking: Promise<void>;
}

/**
 * Removes a guest's basket together with its session, in the same transaction.
 *
 * TypeORM calls it for every removal. A bulk delete that announces no batch is refused before
 * anything is deleted: it would leave orphans. See docs/decisions/06-hard-deletes.md.
 */
@Injectable()
export class GuestBasketSubscriber implements EntitySubscriberInterface<Session> {
  private readonly removals = new WeakMap<QueryRunner, Removal>();

  constructor(dataSource: DataSource) {
    // As a class in its options, TypeORM would ignore it without an error: it has no decorator.
    dataSource.subscribers.push(this);
  }

  listenTo(): typeof Session {
    return Session;
  }

  async beforeRemove({ queryRunner, entity, databaseEntity }: RemoveEvent<Session>): Promise<void> {
    const session = (databaseEntity as Session | undefined) ?? entity;
    if (session) return this.addToRemoval(queryRunner, session.id);
    if (SessionBatch.of(queryRunner)) return;
    throw new Error(
      'Remove sessions as entities or by SessionCleanup: a bulk delete would leave their baskets behind.',
    );
  }

  /**
   * Runs after the sessions are removed, so that the statement finds any other session of the
   * basket.
   */
  async afterRemove({ queryRunner }: RemoveEvent<Session>): Promise<void> {
    const removal = this.removals.get(queryRunner);
    this.removals.delete(queryRunner);
    const batch = SessionBatch.of(queryRunner);
    if (removal) await remove(queryRunner, BASKETS_OF_SESSIONS, [removal.basketIds]);
    else if (batch) batch.basketsRemoved += await remove(queryRunner, BASKETS_OF_BATCH);
  }

  /**
   * TypeORM calls this for all entities before it awaits the first. So the promise runs after the
   * last call.
   */
  private async addToRemoval(queryRunner: QueryRunner, sessionId: string): Promise<void> {
    const known = this.removals.get(queryRunner);
    const removal = known && !known.isLocked ? known : this.createRemoval(queryRunner);
    removal.sessionIds.push(sessionId);
    await removal.locking;
  }

  private createRemoval(queryRunner: QueryRunner): Removal {
    const removal: Removal = { sessionIds: [], basketIds: [], isLocked: false, locking: Promise.resolve() };
    removal.locking = Promise.resolve().then(async () => {
      removal.isLocked = true;
      removal.basketIds = await lockSessions(queryRunner, removal.sessionIds);
    });
    this.removals.set(queryRunner, removal);
    return removal;
  }
}

/** Locks the sessions, and returns their baskets. Those of the entities may be outdated. */
async function lockSessions(queryRunner: QueryRunner, ids: string[]): Promise<string[]> {
  const rows = await queryRunner.manager.query<{ basket_id: string | null }[]>(
    'SELECT basket_id FROM sessions WHERE id = ANY ($1) ORDER BY id FOR UPDATE',
    [ids],
  );
  return rows.flatMap(({ basket_id: basketId }) => basketId ?? []);
}

/** Keeps users' baskets, and frozen and submitted ones. */
const OPEN_OF_GUESTS = `DELETE FROM baskets WHERE owner_id IS NULL AND status = 'open'`;

/** The removal of a session may have been rolled back to a savepoint. Its basket then stays. */
export const BASKETS_OF_SESSIONS = `
  ${OPEN_OF_GUESTS} AND id = ANY ($1)
    AND NOT EXISTS (SELECT FROM sessions WHERE sessions.basket_id = baskets.id)`;

/**
 * No check for another session: `sessions.basket_id` is unique, and `removeBatch` makes sure that
 * all sessions of the batch are gone. See docs/decisions/04-cleanup-batch.md.
 */
export const BASKETS_OF_BATCH = `
  ${OPEN_OF_GUESTS} AND id = ANY (ARRAY (SELECT basket_id FROM ${BATCH_TABLE} WHERE basket_id IS NOT NULL))`;

/** Returns the number of removed baskets. */
async function remove(queryRunner: QueryRunner, sql: string, values: unknown[] = []): Promise<number> {
  const { affected } = await queryRunner.query(sql, values, true);
  return affected ?? 0;
}
