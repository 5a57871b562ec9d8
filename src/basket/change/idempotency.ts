import type { EntityManager } from 'typeorm';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { TransactionConflict } from '../../database/retry-transaction.js';
import { Problem } from '../../problem/problem.js';
import type { IdempotentRequest } from './conditions.decorator.js';

/** A session or a user keeps this many keys. A newer key removes the oldest. */
export const MAX_KEYS = 1_000;

/**
 * A younger key is known, and an older one is free again, by the database's clock. The cleanup
 * removes it.
 */
export const KEY_TTL_HOURS = 24;
const IS_VALID = `created_at > statement_timestamp() - interval '${KEY_TTL_HOURS} hours'`;

/** The owner of keys. A login gives a guest's keys to the user. */
interface KeyOwner {
  column: 'session_id' | 'user_id';
  id: string;
}

/** The result of the first request with a key. */
export interface RecordedResponse {
  /** The basket that it changed. Null: the request left no basket. */
  basketId: string | null;
}

/** A request as it is recorded with its key. */
export interface ResponseRecord extends RecordedResponse {
  status: number;
  /** False: the basket's version is the same as before. */
  isChange: boolean;
}

/**
 * Finds the result of an earlier request with this key. Under the visitor's lock it sees every
 * answered request.
 *
 * The hash covers method and path, and each route has one success status. So both answers have the
 * same status.
 *
 * @throws Problem `idempotency-key-reused`
 */
export async function findRecordedResponse(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
): Promise<RecordedResponse | null> {
  const owner = keyOwnerOf(visitor);
  if (!owner) return null;
  const sql = findKeyStatement(owner.column);
  const [found] = await manager.query<(RecordedResponse & { hash: string })[]>(sql, [owner.id, key]);
  if (found && found.hash !== hash) {
    throw new Problem('idempotency-key-reused', 'Make a new key for a new request.');
  }
  return found ?? null;
}

/**
 * Stores the key in the transaction of its request: a failed request leaves no key. Overwrites a
 * key that is not valid any more.
 *
 * A request that does not raise the basket's version keeps one key less. A single statement may
 * wait for this basket. It has counted the keys already and adds its own.
 *
 * @throws TransactionConflict when a single statement has stored the key meanwhile: it does not
 *   take the user's lock
 */
export async function recordResponse(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
  { status, basketId, isChange }: ResponseRecord,
): Promise<void> {
  const owner = keyOwnerOf(visitor);
  // A guest without a session has changed nothing.
  if (!owner) return;
  const others = MAX_KEYS - (isChange ? 1 : 2);
  const values = [owner.id, key, hash, status, basketId, others];
  const saved = await manager.query<object[]>(recordKeyStatement(owner.column), values);
  if (saved.length === 0) throw new TransactionConflict('The idempotency key was used meanwhile.');
}

/** Says whether a single statement failed because another request stored its key meanwhile. */
export function isKeyConflict(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && /^idempotency_keys_(session|user)_id_key$/.test(String(constraint));
}

/**
 * Gives a guest's keys to the user. When both used the same key, the guest's request stays with the
 * later of the two times, so neither is done again.
 *
 * Call it with the baskets locked, as for every key that is written.
 */
export async function moveKeys(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  const moved = await manager.query<object[]>(MOVE_KEYS, [sessionId, userId]);
  if (moved.length === 0) return;
  await manager.query(deleteOldest('user_id', 'true', '$2'), [userId, MAX_KEYS - 1]);
}

/** `$1` the session or the user, `$2` the key. */
export function findKeyStatement(column: KeyOwner['column']): string {
  return `
    SELECT request_hash AS hash, basket_id AS "basketId" FROM idempotency_keys
    WHERE ${column} = $1 AND key = $2 AND ${IS_VALID}`;
}

/** `$1` the session or the user, `$2` to `$5` the key's columns, `$6` how many other keys stay. */
export function recordKeyStatement(column: KeyOwner['column']): string {
  return `
    WITH forgotten AS (${deleteOldest(column, 'key <> $2', '$6')})
    INSERT INTO idempotency_keys AS k (${column}, key, request_hash, status, basket_id, created_at)
    VALUES ($1, $2, $3, $4, $5, statement_timestamp())
    ON CONFLICT (${column}, key) WHERE ${column} IS NOT NULL
    DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
      basket_id = excluded.basket_id, created_at = excluded.created_at
    WHERE NOT (k.${IS_VALID})
    RETURNING k.id`;
}

export const MOVE_KEYS = `
  WITH moved AS (DELETE FROM idempotency_keys WHERE session_id = $1 RETURNING *)
  INSERT INTO idempotency_keys AS k (user_id, key, request_hash, status, basket_id, created_at)
  SELECT $2, key, request_hash, status, basket_id, created_at FROM moved WHERE ${IS_VALID} ORDER BY id
  ON CONFLICT (user_id, key) WHERE user_id IS NOT NULL
  DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
    basket_id = excluded.basket_id, created_at = greatest(k.created_at, excluded.created_at)
  RETURNING k.id`;

/** SQL: deletes the oldest keys of the session or user `$1`. */
export function deleteOldest(column: KeyOwner['column'], filter: string, offset: string): string {
  return `
    DELETE FROM idempotency_keys WHERE id = ANY (ARRAY (
      SELECT id FROM idempotency_keys WHERE ${column} = $1 AND ${filter}
      ORDER BY created_at DESC, id DESC OFFSET ${offset}
    ))`;
}

function keyOwnerOf(visitor: Visitor): KeyOwner | null {
  if (visitor.kind === 'user') return { column: 'user_id', id: visitor.userId };
  const id = visitor.session.snapshot?.id;
  return id ? { column: 'session_id', id } : null;
}
