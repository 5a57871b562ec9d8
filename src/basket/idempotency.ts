import type { EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor.js';
import { TransactionConflict } from '../database/retry-transaction.js';
import { Problem } from '../problem/problem.js';
import type { IdempotentRequest } from './conditions.decorator.js';

/** A session or a user keeps this many keys. A newer key removes the oldest. */
export const KEYS_KEPT = 1_000;

/** A younger key is known, and an older one is free again, by the database's clock. The cleanup removes it. */
export const KEY_SECONDS = 24 * 60 * 60;
const YOUNG = `created_at > statement_timestamp() - interval '${KEY_SECONDS} seconds'`;

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

/** What is remembered of a request. */
export interface Answer extends Answered {
  status: number;
  /** False: the basket has the version that it had before. */
  isChange: boolean;
}

/**
 * Finds what a request that came before did. Under the visitor's lock it sees the key of every request that was answered.
 *
 * The route's method and path are part of the hash, and each has one status: the second answer has that of the first.
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
    WHERE ${holder.column} = $1 AND key = $2 AND ${YOUNG}`;
  const [found] = await manager.query<(Answered & { hash: string })[]>(sql, [holder.id, key]);
  if (found && found.hash !== hash) {
    throw new Problem('idempotency-key-reused', 'Make a new key for a new request.');
  }
  return found ?? null;
}

/**
 * Remembers a request in its own transaction: what failed leaves no key. A key older than 24 hours begins anew.
 *
 * A request that leaves the basket's version as it is keeps one key less: a single statement that waits for the basket
 * may have counted the keys before.
 *
 * @throws TransactionConflict when a single statement has done the same request meanwhile: it does not hold the user's lock
 */
export async function rememberAnswered(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
  { status, basketId, isChange }: Answer,
): Promise<void> {
  const holder = holderOf(visitor);
  // A guest without a session has changed nothing.
  if (!holder) return;
  const { column, id } = holder;
  const others = KEYS_KEPT - (isChange ? 1 : 2);
  const sql = `
    WITH forgotten AS (${forgetOldest(column, 'key <> $2', '$6')})
    INSERT INTO idempotency_keys AS k (${column}, key, request_hash, status, basket_id, created_at)
    VALUES ($1, $2, $3, $4, $5, statement_timestamp())
    ON CONFLICT (${column}, key) WHERE ${column} IS NOT NULL
    DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
      basket_id = excluded.basket_id, created_at = excluded.created_at
    WHERE NOT (k.${YOUNG})
    RETURNING k.id`;
  const saved = await manager.query<object[]>(sql, [id, key, hash, status, basketId, others]);
  if (saved.length === 0) throw new TransactionConflict('The idempotency key was used meanwhile.');
}

/** Whether a single statement was undone because another request has used its key meanwhile. */
export function isKeyTaken(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && /^idempotency_keys_(session|user)_id_key$/.test(String(constraint));
}

/**
 * Gives a guest's keys to the user. Where both used the same key, the guest's request is the one that is known, as long
 * as the younger of the two is: neither is done again.
 *
 * The baskets are locked before, as for every key that is written.
 */
export async function moveKeys(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  const moved = await manager.query<object[]>(
    `WITH moved AS (DELETE FROM idempotency_keys WHERE session_id = $1 RETURNING *)
     INSERT INTO idempotency_keys AS k (user_id, key, request_hash, status, basket_id, created_at)
     SELECT $2, key, request_hash, status, basket_id, created_at FROM moved WHERE ${YOUNG} ORDER BY id
     ON CONFLICT (user_id, key) WHERE user_id IS NOT NULL
     DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
       basket_id = excluded.basket_id, created_at = greatest(k.created_at, excluded.created_at)
     RETURNING k.id`,
    [sessionId, userId],
  );
  if (moved.length === 0) return;
  await manager.query(forgetOldest('user_id', 'true', '$2'), [userId, KEYS_KEPT - 1]);
}

/** `$1` the session or the user, whose keys beyond the newest that are kept go. */
function forgetOldest(column: Holder['column'], which: string, kept: string): string {
  return `
    DELETE FROM idempotency_keys WHERE id = ANY (ARRAY (
      SELECT id FROM idempotency_keys WHERE ${column} = $1 AND ${which}
      ORDER BY created_at DESC, id DESC OFFSET ${kept}
    ))`;
}

function holderOf(visitor: Visitor): Holder | null {
  if (visitor.kind === 'user') return { column: 'user_id', id: visitor.userId };
  const id = visitor.session.stored?.id;
  return id ? { column: 'session_id', id } : null;
}
