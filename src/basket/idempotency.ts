import type { EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor.js';
import { Problem } from '../problem/problem.js';
import type { IdempotentRequest } from './conditions.decorator.js';

/** Whose keys they are; a login gives a guest's to the user. */
interface Holder {
  column: 'session_id' | 'user_id';
  id: string;
}

/** What the first request with a key did. */
export interface Answered {
  /** The basket that it changed; null: it is gone by now. */
  basketId: string | null;
}

/**
 * Finds what a request that came before did. The visitor is locked, so of two that come at once one sees the other's.
 *
 * @throws Problem `idempotency-key-reused`
 */
export async function findAnswered(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
): Promise<Answered | null> {
  const holder = holderOf(visitor);
  if (!holder) return null;
  const sql = `
    SELECT request_hash AS hash, basket_id AS "basketId" FROM idempotency_keys
    WHERE ${holder.column} = $1 AND key = $2 AND created_at > now() - interval '24 hours'`;
  const [found] = await manager.query<(Answered & { hash: string })[]>(sql, [holder.id, key]);
  if (found && found.hash !== hash) {
    throw new Problem('idempotency-key-reused', 'Make a new key for a new request.');
  }
  return found ?? null;
}

/** Remembers a request in its own transaction: what failed leaves no key. A key older than 24 hours begins anew. */
export async function rememberAnswered(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
  status: number,
  basketId: string | null,
): Promise<void> {
  const holder = holderOf(visitor);
  // A guest without a session has changed nothing.
  if (!holder) return;
  const { column, id } = holder;
  const sql = `
    INSERT INTO idempotency_keys (${column}, key, request_hash, status, basket_id) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (${column}, key) WHERE ${column} IS NOT NULL
    DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
      basket_id = excluded.basket_id, created_at = now()`;
  await manager.query(sql, [id, key, hash, status, basketId]);
}

/** Gives a guest's keys to the user, in one statement; where both used the same key, the guest's is the younger one. */
export async function moveKeys(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  await manager.query(
    `WITH moved AS (DELETE FROM idempotency_keys WHERE session_id = $1 RETURNING *)
     INSERT INTO idempotency_keys (user_id, key, request_hash, status, basket_id, created_at)
     SELECT $2, key, request_hash, status, basket_id, created_at FROM moved
     ON CONFLICT (user_id, key) WHERE user_id IS NOT NULL
     DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
       basket_id = excluded.basket_id, created_at = excluded.created_at`,
    [sessionId, userId],
  );
}

function holderOf(visitor: Visitor): Holder | null {
  if (visitor.kind === 'user') return { column: 'user_id', id: visitor.userId };
  const id = visitor.session.stored?.id;
  return id ? { column: 'session_id', id } : null;
}
