import { isUnexpired, extendedExpiry } from '../../session/session-expiry.js';
import { MAX_KEYS } from '../change/idempotency.js';
import { CHANGED_COLUMNS, LINE_ORDER } from './basket-snapshot.js';
import { MAX_INT } from '../../http/input/max-int.js';
import { CARRIED_COLUMNS } from './line-columns.js';
import { openBasketOf } from './shown-basket.js';
import { COUNT_CHANGE } from './write-basket.js';

/**
 * The owner of the basket: a session, whose basket is a guest's or its user's, or the user of a
 * token. And whether the request has an idempotency key. Each combination is a statement of its
 * own.
 */
export interface SingleStatementKind {
  by: 'session' | 'user';
  isIdempotent: boolean;
}

/**
 * The placeholders behind the parameters of the change: the lifetimes of a session or the
 * generation of a token, then the key and the request's hash.
 */
interface Placeholders {
  generation: string;
  idle: string;
  absolute: string;
  minExtensionMs: string;
  key: string;
  hash: string;
}

export function placeholdersAfter(last: number, { by }: SingleStatementKind): Placeholders {
  const [idle, absolute, minExtensionMs] = [1, 2, 3].map((n) => `$${last + n}`) as [string, string, string];
  const key = last + (by === 'session' ? 4 : 2);
  return { generation: `$${last + 1}`, idle, absolute, minExtensionMs, key: `$${key}`, hash: `$${key + 1}` };
}

/** The columns of a line in the answer, and the one that orders the lines. */
export const RETURNED_COLUMNS = `${CARRIED_COLUMNS}, added_at`;

/**
 * Locks the session `$1`, or the user `$1` of a token, before everything else. So the statement
 * sees what a faster login, logout or cleanup did.
 *
 * The user's lock is shared: it waits only for a transaction that has locked the user. PostgreSQL
 * compares the token's generation again after that wait.
 */
function lockOwner({ by }: SingleStatementKind, { generation, absolute }: Placeholders): string {
  if (by === 'user') {
    return `SELECT NULL::text AS id, u.id AS user_id, ${openBasketOf('u.id')} AS basket_id
      FROM users u WHERE u.id = $1 AND u.token_generation = ${generation} FOR SHARE OF u`;
  }
  return `SELECT s.id, s.user_id, coalesce(s.basket_id, ${openBasketOf('s.user_id')}) AS basket_id, s.expired_at, s.created_at
    FROM sessions s WHERE s.id = $1 AND s.replaced_at IS NULL AND ${isUnexpired(absolute)} FOR UPDATE`;
}

/**
 * The owner has not used the key and has fewer than the maximum. Otherwise the statement changes
 * nothing. The caller then checks the key's age and removes old keys under the lock.
 */
function isKeyFree({ by }: SingleStatementKind, { key }: Placeholders): string {
  const isFree = (filter: string) => `AND (
    SELECT count(*) < ${MAX_KEYS} AND count(*) FILTER (WHERE k.key = ${key}) = 0 FROM idempotency_keys k WHERE ${filter})`;
  const ofUser = isFree('k.user_id = (SELECT user_id FROM session)');
  return by === 'user' ? ofUser : ofUser + isFree('k.session_id = (SELECT id FROM session)');
}

/**
 * The basket in the snapshot of the statement, and its lines.
 *
 * Reads each table by a scalar subquery, never by a join: a plan made on empty tables must stay
 * right on large ones. See docs/decisions/02-single-statement.md.
 */
export function readBasket(kind: SingleStatementKind, placeholders: Placeholders): string {
  return `session AS (${lockOwner(kind, placeholders)}), basket AS (
    SELECT b.id, b.version FROM baskets b
    WHERE b.id = (SELECT basket_id FROM session)
      AND b.owner_id IS NOT DISTINCT FROM (SELECT user_id FROM session) AND b.status = 'open'
      ${kind.isIdempotent ? isKeyFree(kind, placeholders) : ''}
  ), before AS (
    SELECT ${RETURNED_COLUMNS} FROM basket_lines WHERE basket_id = (SELECT id FROM basket)
  )`;
}

/**
 * SQL: the product allows this quantity over all lines of a basket, and has it without a count of
 * the unexpired reservations. Otherwise the caller counts them under the lock.
 */
export const fitsProduct = (quantity: string): string =>
  `${quantity} BETWEEN min_quantity AND coalesce(max_quantity, ${MAX_INT}) AND ${quantity} % quantity_step = 0
        AND (stock IS NULL OR ${quantity} <= stock - reserved)`;

/**
 * Changes the basket if it still has the version of the snapshot. Then its owner, its status and
 * its lines are still those that the statement has read, because every change of a basket raises
 * its version.
 */
export const CHANGE = `UPDATE baskets b SET ${COUNT_CHANGE}`;
export const UNCHANGED = '(b.id, b.version) = (SELECT id, version FROM basket)';

/**
 * Stores the key, and the session's new expiry if it is worth a write.
 *
 * The insert of the key has no ON CONFLICT: if another request has just stored it, PostgreSQL
 * undoes the whole statement.
 */
export function storeKeyAndExpiry(
  { by, isIdempotent }: SingleStatementKind,
  { idle, absolute, minExtensionMs, key, hash }: Placeholders,
): string {
  const storeKey = `, stored_key AS (
    INSERT INTO idempotency_keys (session_id, user_id, key, request_hash, status, basket_id)
    SELECT CASE WHEN s.user_id IS NULL THEN s.id END, s.user_id, ${key}, ${hash}, 201, c.id FROM changed c, session s
  )`;
  const extended = extendedExpiry(idle, absolute);
  const extendSession = `, extended AS (
    UPDATE sessions s SET expired_at = ${extended}
    WHERE s.id = (SELECT s.id FROM session s
      WHERE ${extended} - s.expired_at > ${minExtensionMs}::bigint AND EXISTS (SELECT FROM changed))
    RETURNING s.expired_at
  )`;
  return (isIdempotent ? storeKey : '') + (by === 'session' ? extendSession : '');
}

/**
 * Selects the basket after the change. Without a change, `wasActive` of the first row is true if
 * the session was active when the statement started. If it has ended since, the request must be
 * refused.
 *
 * Finds the products by their key, one by one: a join could become a scan of all.
 */
export function selectResult({ by }: SingleStatementKind, { absolute }: Placeholders, lines: string): string {
  const wasActive = `EXISTS (SELECT FROM sessions s WHERE s.id = $1 AND s.replaced_at IS NULL AND ${isUnexpired(absolute)})`;
  const expiry = 'coalesce((SELECT expired_at FROM extended), (SELECT expired_at FROM session))::float8';
  const ofSession = `CASE WHEN b.id IS NULL THEN ${wasActive} END AS "wasActive", ${expiry} AS "sessionExpiresAt"`;
  return `
  SELECT ${CHANGED_COLUMNS} ${by === 'session' ? `, ${ofSession}` : ''}
  FROM (SELECT) one
  LEFT JOIN changed b ON true
  LEFT JOIN (${lines}) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
  ${LINE_ORDER}`;
}
