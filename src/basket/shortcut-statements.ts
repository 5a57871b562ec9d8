import type { NamedStatement } from '../database/named-statement.js';
import { LINE_COLUMNS } from './stored-basket.js';

/** Whose basket, and whether an idempotency key comes along: each combination is a statement of its own. */
export interface ShortcutKind {
  owner: 'guest' | 'user';
  isIdempotent: boolean;
}

const KINDS: ShortcutKind[] = (['guest', 'user'] as const).flatMap((owner) => [
  { owner, isIdempotent: false },
  { owner, isIdempotent: true },
]);

/**
 * The basket as the snapshot has it. A guest's session is locked first, as everywhere: a login and the cleanup take turns
 * with it, and what they did shows.
 *
 * Each table is asked by a scalar, never joined: a plan that is made while the tables are empty must still be right when
 * they are large.
 */
function basketOf({ owner, isIdempotent }: ShortcutKind, { now, key }: Placeholders): string {
  const unused = isIdempotent
    ? `AND NOT EXISTS (SELECT FROM idempotency_keys k WHERE k.${columnOf(owner)} = $1 AND k.key = ${key})`
    : '';
  if (owner === 'user') {
    return `basket AS (
      SELECT b.id, b.version FROM baskets b WHERE b.owner_id = $1 AND b.status = 'open' ${unused}
    )`;
  }
  return `session AS (
    SELECT basket_id FROM sessions WHERE id = $1 AND replaced_at IS NULL AND expired_at > ${now} FOR UPDATE
  ), basket AS (
    SELECT b.id, b.version FROM baskets b
    WHERE b.id = (SELECT basket_id FROM session) AND b.owner_id IS NULL AND b.status = 'open' ${unused}
  )`;
}

const BEFORE = 'before AS (SELECT * FROM basket_lines WHERE basket_id = (SELECT id FROM basket))';

/**
 * The change itself, if nobody has changed the basket since the snapshot: what was read of it still holds then, its lines
 * and its limits. Else it does nothing.
 */
function changedIf({ owner }: ShortcutKind, condition: string): string {
  return `
    UPDATE baskets b SET version = b.version + 1, updated_at = now(), last_merge = NULL
    WHERE b.id = (SELECT id FROM basket) AND b.version = (SELECT version FROM basket) AND b.status = 'open'
      AND b.owner_id ${owner === 'guest' ? 'IS NULL' : '= $1'} AND ${condition}
    RETURNING b.id, b.owner_id, b.version`;
}

function remembered({ owner, isIdempotent }: ShortcutKind, { key, hash }: Placeholders): string {
  if (!isIdempotent) return '';
  return `, remembered AS (
    INSERT INTO idempotency_keys (${columnOf(owner)}, key, request_hash, status, basket_id)
    SELECT $1, ${key}, ${hash}, 201, id FROM changed
  )`;
}

/** What comes behind the parameters of the change: the time, for a guest, and the key with the request's hash. */
interface Placeholders {
  now: string;
  key: string;
  hash: string;
}

function placeholdersBehind(last: number, owner: ShortcutKind['owner']): Placeholders {
  const key = owner === 'guest' ? last + 2 : last + 1;
  return { now: `$${last + 1}`, key: `$${key}`, hash: `$${key + 1}` };
}

const columnOf = (owner: 'guest' | 'user') => (owner === 'guest' ? 'session_id' : 'user_id');

const ANSWER = `
  SELECT b.id, b.owner_id AS "ownerId", 'open' AS status, b.version, NULL AS "lastMerge", NULL AS "submittedAt", ${LINE_COLUMNS}`;

/** `$1` the session or the user, `$2` the sku, `$3` the quantity, `$4` whether it is added to what is there, `$5` and `$6` the most of a line and of lines. */
const hold = (kind: ShortcutKind) => `
  WITH ${basketOf(kind, placeholdersBehind(6, kind.owner))}, ${BEFORE}, wanted AS (
    SELECT p.unit_price_minor, p.stock,
      $3::bigint + CASE WHEN $4 THEN coalesce((SELECT quantity FROM before WHERE sku = $2), 0) ELSE 0 END AS quantity
    FROM products p WHERE p.sku = $2 AND p.is_active
  ), changed AS (${changedIf(
    kind,
    `EXISTS (SELECT FROM wanted WHERE quantity <= $5 AND (stock IS NULL OR quantity <= stock))
      AND (SELECT count(*) FROM before WHERE sku <> $2) < $6`,
  )}
  ), saved AS (
    INSERT INTO basket_lines AS l (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT changed.id, $2, wanted.quantity::int, wanted.unit_price_minor FROM changed, wanted
    ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = excluded.quantity
    RETURNING l.*
  )${remembered(kind, placeholdersBehind(6, kind.owner))}
  ${ANSWER}
  FROM changed b
  JOIN (SELECT * FROM saved UNION ALL SELECT * FROM before WHERE sku <> $2) l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku
  ORDER BY l.added_at, l.sku`;

/** `$1` the session or the user, `$2` the sku of a line that is there. */
const remove = (kind: ShortcutKind) => `
  WITH ${basketOf(kind, placeholdersBehind(2, kind.owner))}, ${BEFORE}, changed AS (${changedIf(kind, 'EXISTS (SELECT FROM before WHERE sku = $2)')}
  ), removed AS (
    DELETE FROM basket_lines l USING changed WHERE l.basket_id = changed.id AND l.sku = $2
  )
  ${ANSWER}
  FROM changed b
  LEFT JOIN before l ON l.basket_id = b.id AND l.sku <> $2
  LEFT JOIN products p ON p.sku = l.sku
  ORDER BY l.added_at, l.sku`;

const nameOf = ({ owner, isIdempotent }: ShortcutKind) => `${owner}${isIdempotent ? '-once' : ''}`;

function statements(
  what: string,
  text: (kind: ShortcutKind) => string,
  kinds = KINDS,
): Map<string, NamedStatement> {
  return new Map(kinds.map((kind) => [nameOf(kind), { name: `${what}-${nameOf(kind)}`, text: text(kind) }]));
}

const HOLD = statements('hold', hold);
const REMOVE = statements(
  'remove',
  remove,
  KINDS.filter(({ isIdempotent }) => !isIdempotent),
);

export function holdStatement(kind: ShortcutKind): NamedStatement {
  return get(HOLD, kind);
}

export function removeStatement(owner: ShortcutKind['owner']): NamedStatement {
  return get(REMOVE, { owner, isIdempotent: false });
}

function get(of: Map<string, NamedStatement>, kind: ShortcutKind): NamedStatement {
  const statement = of.get(nameOf(kind));
  if (!statement) throw new Error(`There is no shortcut for ${nameOf(kind)}`);
  return statement;
}

/**
 * A guest's first add: the basket, the session and the line, if the product can be had. The foreign keys are looked at
 * at the end of it.
 *
 * `$1` the basket's id, `$2` to `$5` the session's id, json, expiry and creation, `$6` the sku, `$7` the quantity.
 */
export const BEGIN: NamedStatement = {
  name: 'begin-guest',
  text: `
    WITH wanted AS (
      SELECT unit_price_minor FROM products WHERE sku = $6 AND is_active AND (stock IS NULL OR stock >= $7::int)
    ), begun AS (
      INSERT INTO baskets (id) SELECT $1::uuid FROM wanted RETURNING id, owner_id, version
    ), session AS (
      INSERT INTO sessions (id, json, expired_at, created_at, basket_id) SELECT $2, $3, $4::bigint, $5::timestamptz, id FROM begun
    ), saved AS (
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT begun.id, $6, $7::int, unit_price_minor FROM begun, wanted
      RETURNING *
    )
    ${ANSWER}
    FROM begun b JOIN saved l ON l.basket_id = b.id LEFT JOIN products p ON p.sku = l.sku`,
};
