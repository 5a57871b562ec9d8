import type { NamedStatement } from '../../database/named-statement.js';
import { isUnexpired, extendedExpiry } from '../../session/session-expiry.js';
import { MAX_KEYS } from '../change/idempotency.js';
import { CHANGED_COLUMNS } from './basket-snapshot.js';
import { COUNT_CHANGE } from './write-basket.js';

/**
 * Whose basket: that of a session, a guest's own or its user's, or of the user whom a token names; and whether an
 * idempotency key comes along. Each combination is a statement of its own.
 */
export interface SingleStatementKind {
  by: 'session' | 'user';
  isIdempotent: boolean;
}

const KINDS: SingleStatementKind[] = (['session', 'user'] as const).flatMap((by) => [
  { by, isIdempotent: false },
  { by, isIdempotent: true },
]);

/**
 * The placeholders after the parameters of the change: the lifetimes of a session or the generation of a token, then the key
 * and the request's hash.
 */
interface Placeholders {
  generation: string;
  idle: string;
  absolute: string;
  minExtensionMs: string;
  key: string;
  hash: string;
}

function placeholdersAfter(last: number, { by }: SingleStatementKind): Placeholders {
  const [idle, absolute, minExtensionMs] = [1, 2, 3].map((n) => `$${last + n}`) as [string, string, string];
  const key = last + (by === 'session' ? 4 : 2);
  return { generation: `$${last + 1}`, idle, absolute, minExtensionMs, key: `$${key}`, hash: `$${key + 1}` };
}

/** What is answered of a line. */
const COLUMNS = 'sku, quantity, unit_price_minor_when_added, added_at';

/**
 * Locks the session `$1`, or the user `$1` of a token, before everything else. So the statement sees what a faster login,
 * logout or cleanup did.
 *
 * The user's lock is shared: statements with tokens of one user wait only for a transaction that has locked the user.
 * PostgreSQL compares the token's generation again after that wait.
 */
function lockOwner({ by }: SingleStatementKind, { generation, absolute }: Placeholders): string {
  const ofUser = (id: string) =>
    `(SELECT o.id FROM baskets o WHERE o.owner_id = ${id} AND o.status <> 'submitted')`;
  if (by === 'user') {
    return `SELECT NULL::text AS id, u.id AS user_id, ${ofUser('u.id')} AS basket_id
      FROM users u WHERE u.id = $1 AND u.token_generation = ${generation} FOR SHARE OF u`;
  }
  return `SELECT s.id, s.user_id, coalesce(s.basket_id, ${ofUser('s.user_id')}) AS basket_id, s.expired_at, s.created_at
    FROM sessions s WHERE s.id = $1 AND s.replaced_at IS NULL AND ${isUnexpired(absolute)} FOR UPDATE`;
}

/**
 * The owner has not used the key and has fewer than the maximum. Otherwise the statement changes nothing. The caller then
 * checks the key's age and removes old keys under the lock.
 */
function isKeyFree({ by }: SingleStatementKind, { key }: Placeholders): string {
  const isFree = (filter: string) => `AND (
    SELECT count(*) < ${MAX_KEYS} AND count(*) FILTER (WHERE k.key = ${key}) = 0 FROM idempotency_keys k WHERE ${filter})`;
  const ofUser = isFree('k.user_id = (SELECT user_id FROM session)');
  return by === 'user' ? ofUser : ofUser + isFree('k.session_id = (SELECT id FROM session)');
}

/**
 * The basket as the snapshot has it, and its lines.
 *
 * Each table is asked by a scalar, never joined: a plan that is made while the tables are empty must still be right when
 * they are large. And with as few nodes as that takes, for PostgreSQL pays for each that it sets up, whether it finds
 * anything or not: 38 instead of 45 made an add cost 0.93 of its CPU, the flush of the log aside.
 */
function readBasket(kind: SingleStatementKind, placeholders: Placeholders): string {
  return `session AS (${lockOwner(kind, placeholders)}), basket AS (
    SELECT b.id, b.version FROM baskets b
    WHERE b.id = (SELECT basket_id FROM session)
      AND b.owner_id IS NOT DISTINCT FROM (SELECT user_id FROM session) AND b.status = 'open'
      ${kind.isIdempotent ? isKeyFree(kind, placeholders) : ''}
  ), before AS (
    SELECT ${COLUMNS} FROM basket_lines WHERE basket_id = (SELECT id FROM basket)
  )`;
}

/** The change itself. Does nothing if another change has raised the version since the snapshot was read. */
const CHANGE = `UPDATE baskets b SET ${COUNT_CHANGE}`;
const UNCHANGED = '(b.id, b.version) = (SELECT id, version FROM basket)';

/**
 * The key, and the session's later end when that is worth a write.
 *
 * The insert of the key has no ON CONFLICT: if another request has just stored it, PostgreSQL undoes the whole statement.
 */
function storeKeyAndExpiry(
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
 * The basket as it is now. Without a change the first row says whether the session was active when the statement started: who has
 * lost it since, to a login or to its end, must hear so.
 *
 * The products come by their key, one by one: a join could become a scan of all.
 */
function selectResult({ by }: SingleStatementKind, { absolute }: Placeholders, lines: string): string {
  const wasActive = `EXISTS (SELECT FROM sessions s WHERE s.id = $1 AND s.replaced_at IS NULL AND ${isUnexpired(absolute)})`;
  const expiry = 'coalesce((SELECT expired_at FROM extended), (SELECT expired_at FROM session))::float8';
  const ofSession = `CASE WHEN b.id IS NULL THEN ${wasActive} END AS "wasActive", ${expiry} AS "sessionExpiresAt"`;
  return `
  SELECT ${CHANGED_COLUMNS} ${by === 'session' ? `, ${ofSession}` : ''}
  FROM (SELECT) one
  LEFT JOIN changed b ON true
  LEFT JOIN (${lines}) l ON true
  LEFT JOIN LATERAL (SELECT * FROM products WHERE sku = l.sku OFFSET 0) p ON true
  ORDER BY l.added_at, l.sku`;
}

/** `$1` the session or the user, `$2` the sku, `$3` the quantity, `$4` whether it is added to what is there, `$5` and `$6` the most of a line and of lines. */
function changeLine(kind: SingleStatementKind): string {
  const placeholders = placeholdersAfter(6, kind);
  return `
  WITH ${readBasket(kind, placeholders)}, wanted AS MATERIALIZED (
    SELECT unit_price_minor, stock,
      $3::bigint + CASE WHEN $4 THEN coalesce((SELECT quantity FROM before WHERE sku = $2), 0) ELSE 0 END AS quantity
    FROM products WHERE sku = $2 AND is_active
  ), changed AS (
    ${CHANGE}
    FROM wanted w
    WHERE ${UNCHANGED} AND w.quantity <= $5 AND (w.stock IS NULL OR w.quantity <= w.stock)
      AND (SELECT count(*) FROM before WHERE sku <> $2) < $6
    RETURNING b.id, b.owner_id, b.version, w.quantity, w.unit_price_minor
  ), saved AS (
    INSERT INTO basket_lines AS l (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT id, $2, quantity::int, unit_price_minor FROM changed
    ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = excluded.quantity
    RETURNING ${COLUMNS}
  )${storeKeyAndExpiry(kind, placeholders)}
  ${selectResult(kind, placeholders, 'SELECT * FROM saved UNION ALL SELECT * FROM before WHERE sku <> $2')}`;
}

/** `$1` the session or the user, `$2` the sku of a line that is there. */
function removeLine(kind: SingleStatementKind): string {
  const placeholders = placeholdersAfter(2, kind);
  return `
  WITH ${readBasket(kind, placeholders)}, changed AS (
    ${CHANGE}
    WHERE ${UNCHANGED} AND EXISTS (SELECT FROM before WHERE sku = $2)
    RETURNING b.id, b.owner_id, b.version
  ), removed AS (
    DELETE FROM basket_lines l USING changed WHERE l.basket_id = changed.id AND l.sku = $2
  )${storeKeyAndExpiry(kind, placeholders)}
  ${selectResult(kind, placeholders, 'SELECT * FROM before WHERE sku <> $2')}`;
}

const nameOf = ({ by, isIdempotent }: SingleStatementKind) => `${by}${isIdempotent ? '-once' : ''}`;

function statementsByKind(what: string, text: (kind: SingleStatementKind) => string, kinds = KINDS) {
  return new Map(kinds.map((kind) => [nameOf(kind), { name: `${what}-${nameOf(kind)}`, text: text(kind) }]));
}

const CHANGE_LINE = statementsByKind('change-line', changeLine);
const REMOVE_LINE = statementsByKind(
  'remove-line',
  removeLine,
  KINDS.filter(({ isIdempotent }) => !isIdempotent),
);

export function changeLineStatement(kind: SingleStatementKind): NamedStatement {
  return statementOf(CHANGE_LINE, kind);
}

export function removeLineStatement(by: SingleStatementKind['by']): NamedStatement {
  return statementOf(REMOVE_LINE, { by, isIdempotent: false });
}

function statementOf(statements: Map<string, NamedStatement>, kind: SingleStatementKind): NamedStatement {
  const statement = statements.get(nameOf(kind));
  if (!statement) throw new Error(`There is no single statement for ${nameOf(kind)}`);
  return statement;
}
