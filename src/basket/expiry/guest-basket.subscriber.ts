import { Injectable } from '@nestjs/common';
import { DataSource, type EntitySubscriberInterface, type QueryRunner, type RemoveEvent } from 'typeorm';
import { BATCH_TABLE, SessionBatch } from '../../session/cleanup/session-batch.js';
import { Session } from '../../session/session.entity.js';

/** Sessions that are being removed as entities, gathered so that a thousand of them cost two statements. */
interface Removal {
  sessionIds: string[];
  basketIds: string[];
  isLocked: boolean;
  locked: Promise<void>;
}

/**
 * Removes a guest's basket together with its session, in the same transaction.
 *
 * It hears of every removal that TypeORM makes. One that says neither which sessions go nor that they are a batch is
 * refused before anything is deleted: it would leave orphans behind.
 */
@Injectable()
export class GuestBasketSubscriber implements EntitySubscriberInterface<Session> {
  private readonly removals = new WeakMap<QueryRunner, Removal>();

  constructor(dataSource: DataSource) {
    // Listed in the options instead, a class without TypeORM's own decorator would be ignored in silence.
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

  /** After the sessions, so that the guard of the statement sees whether another one still points to the basket. */
  async afterRemove({ queryRunner }: RemoveEvent<Session>): Promise<void> {
    const removal = this.removals.get(queryRunner);
    this.removals.delete(queryRunner);
    const batch = SessionBatch.of(queryRunner);
    if (removal) await remove(queryRunner, BASKETS_OF_SESSIONS, [removal.basketIds]);
    else if (batch) batch.basketsRemoved += await remove(queryRunner, BASKETS_OF_BATCH);
  }

  /** TypeORM calls for all entities before it waits for the first: the last call has come when the promise runs. */
  private async addToRemoval(queryRunner: QueryRunner, sessionId: string): Promise<void> {
    const known = this.removals.get(queryRunner);
    const removal = known && !known.isLocked ? known : this.createRemoval(queryRunner);
    removal.sessionIds.push(sessionId);
    await removal.locked;
  }

  private createRemoval(queryRunner: QueryRunner): Removal {
    const removal: Removal = { sessionIds: [], basketIds: [], isLocked: false, locked: Promise.resolve() };
    removal.locked = Promise.resolve().then(async () => {
      removal.isLocked = true;
      removal.basketIds = await lockSessions(queryRunner, removal.sessionIds);
    });
    this.removals.set(queryRunner, removal);
    return removal;
  }
}

/** Under their locks the sessions say which baskets they have now; the entities say which they had when loaded. */
async function lockSessions(queryRunner: QueryRunner, ids: string[]): Promise<string[]> {
  const rows = await queryRunner.manager.query<{ basket_id: string | null }[]>(
    'SELECT basket_id FROM sessions WHERE id = ANY ($1) ORDER BY id FOR UPDATE',
    [ids],
  );
  return rows.flatMap(({ basket_id: basketId }) => basketId ?? []);
}

/** What became a user's, was frozen or submitted is left alone. */
const OPEN_OF_GUESTS = `DELETE FROM baskets WHERE owner_id IS NULL AND status = 'open'`;

/** A removal that was rolled back, a savepoint's perhaps, leaves the session and so its basket. */
const BASKETS_OF_SESSIONS = `
  ${OPEN_OF_GUESTS} AND id = ANY ($1)
    AND NOT EXISTS (SELECT FROM sessions WHERE sessions.basket_id = baskets.id)`;

/**
 * Without the check for another session, which costs a sixth of the speed: `sessions.basket_id` is unique, and who
 * announces a batch has made sure that all its sessions are gone.
 */
const BASKETS_OF_BATCH = `
  ${OPEN_OF_GUESTS} AND id = ANY (ARRAY (SELECT basket_id FROM ${BATCH_TABLE} WHERE basket_id IS NOT NULL))`;

/** Says how many went. */
async function remove(queryRunner: QueryRunner, sql: string, values: unknown[] = []): Promise<number> {
  const { affected } = await queryRunner.query(sql, values, true);
  return affected ?? 0;
}
