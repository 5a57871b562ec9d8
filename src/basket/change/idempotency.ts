import type { EntityManager } from 'typeorm';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { TransactionConflict } from '../../database/retry-transaction.js';
import { Problem } from '../../problem/problem.js';
import type { IdempotentRequest } from './conditions.decorator.js';

/** The maximum number of keys of a session or of a user. One more replaces the oldest. */
export const MAX_KEYS = 1_000;

/** The maximum number of them that have results. */
const MAX_KEYS_WITH_RESULTS = 50;

/**
 * The lifetime of a key, by the database's clock. An older key counts as unused, and the cleanup
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
  /** The basket after the request, or null if there was none. */
  basketId: string | null;
  /** The results of its changes, as `StoredResults` has them. Null for any other request. */
  results: unknown;
}

/** The result of a request, to record it with its key. */
export interface ResponseToRecord extends RecordedResponse {
  status: number;
  /** True if the request has raised the basket's version. */
  isChange: boolean;
}

/**
 * Finds the result of an earlier request with this key. Call it under the owner's lock, so that it
 * sees each completed request.
 *
 * The result has no status, because both responses have the same: the hash covers method and path,
 * and each route has one success status.
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
 * Stores the key in the transaction of its request, so a failed request stores no key. Overwrites a
 * key that is too old.
 *
 * A request that does not raise the basket's version leaves room for one more key. A single
 * statement that waits for this basket has already counted the keys, and still adds its own.
 *
 * @throws TransactionConflict if a single statement, which does not take the user's lock, has
 *   stored the key meanwhile
 */
export async function recordResponse(
  manager: EntityManager,
  visitor: Visitor,
  { key, hash }: IdempotentRequest,
  { status, basketId, results, isChange }: ResponseToRecord,
): Promise<void> {
  const owner = keyOwnerOf(visitor);
  // A guest without a session has changed nothing.
  if (!owner) return;
  const others = MAX_KEYS - (isChange ? 1 : 2);
  const stored = results === null ? null : JSON.stringify(results);
  const values = [owner.id, key, hash, status, basketId, others, stored, MAX_KEYS_WITH_RESULTS - 1];
  const saved = await manager.query<object[]>(recordKeyStatement(owner.column), values);
  if (saved.length === 0) throw new TransactionConflict('The idempotency key was used meanwhile.');
}

/** Says whether a single statement failed because another request stored its key meanwhile. */
export function isKeyConflict(error: unknown): boolean {
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && /^idempotency_keys_(session|user)_id_key$/.test(String(constraint));
}

/**
 * Gives a guest's keys to the user. If both have used the same key, keeps the guest's request with
 * the later of the two times, so that neither request takes effect again.
 *
 * Call it after the baskets are locked, as for each write of a key.
 */
export async function moveKeys(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  const moved = await manager.query<object[]>(MOVE_KEYS, [sessionId, userId]);
  if (moved.length === 0) return;
  await manager.query(DELETE_OLDEST_KEYS, [userId, MAX_KEYS - 1, MAX_KEYS_WITH_RESULTS]);
}

/** `$1` the session or the user, `$2` the key. */
export function findKeyStatement(column: KeyOwner['column']): string {
  return `
    SELECT request_hash AS hash, basket_id AS "basketId", results FROM idempotency_keys
    WHERE ${column} = $1 AND key = $2 AND ${IS_VALID}`;
}

/**
 * `$1` the session or the user, `$2` to `$5` and `$7` the key's columns, `$6` how many other keys
 * stay, and `$8` how many of them with results.
 */
export function recordKeyStatement(column: KeyOwner['column']): string {
  return `
    WITH forgotten AS (${deleteOldest([
      oldest(column, 'key <> $2', '$6'),
      oldest(column, 'key <> $2 AND results IS NOT NULL AND $7::jsonb IS NOT NULL', '$8'),
    ])})
    INSERT INTO idempotency_keys AS k (${column}, key, request_hash, status, basket_id, results, created_at)
    VALUES ($1, $2, $3, $4, $5, $7::jsonb, statement_timestamp())
    ON CONFLICT (${column}, key) WHERE ${column} IS NOT NULL
    DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
      basket_id = excluded.basket_id, results = excluded.results, created_at = excluded.created_at
    WHERE NOT (k.${IS_VALID})
    RETURNING k.id`;
}

export const MOVE_KEYS = `
  WITH moved AS (DELETE FROM idempotency_keys WHERE session_id = $1 RETURNING *)
  INSERT INTO idempotency_keys AS k (user_id, key, request_hash, status, basket_id, results, created_at)
  SELECT $2, key, request_hash, status, basket_id, results, created_at FROM moved WHERE ${IS_VALID} ORDER BY id
  ON CONFLICT (user_id, key) WHERE user_id IS NOT NULL
  DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
    basket_id = excluded.basket_id, results = excluded.results,
    created_at = greatest(k.created_at, excluded.created_at)
  RETURNING k.id`;

/** `$1` the user, `$2` how many keys stay, and `$3` how many of them with results. */
export const DELETE_OLDEST_KEYS = deleteOldest([
  oldest('user_id', 'true', '$2'),
  oldest('user_id', 'results IS NOT NULL', '$3'),
]);

/** SQL: the ids of the oldest keys of the session or user `$1`. */
function oldest(column: KeyOwner['column'], filter: string, offset: string): string {
  return `ARRAY (
      SELECT id FROM idempotency_keys WHERE ${column} = $1 AND ${filter}
      ORDER BY created_at DESC, id DESC OFFSET ${offset}
    )`;
}

function deleteOldest(ids: string[]): string {
  return `
    DELETE FROM idempotency_keys WHERE id = ANY (${ids.join(' || ')})`;
}

function keyOwnerOf(visitor: Visitor): KeyOwner | null {
  if (visitor.kind === 'user') return { column: 'user_id', id: visitor.userId };
  const id = visitor.session.snapshot?.id;
  return id ? { column: 'session_id', id } : null;
}
