import type { NamedStatement } from '../../database/named-statement.js';
import {
  ADDED_COUNT,
  addedPlaceholders,
  insertedLine,
  LINE_KEY,
  lineId,
  ON_LINE_CONFLICT,
} from './line-columns.js';
import {
  CHANGE,
  fitsProduct,
  placeholdersAfter,
  readBasket,
  RETURNED_COLUMNS,
  selectResult,
  type SingleStatementKind,
  storeKeyAndExpiry,
  UNCHANGED,
} from './single-statement-parts.js';

const OWNERS = ['session', 'user'] as const;
type Owner = SingleStatementKind['by'];

/**
 * `sku`: the request names the product. `variant`: it names an existing line by its variant, which
 * is then the value of both columns.
 */
type LineBy = 'sku' | 'variant';

/** `$1` is the session or the user. Then come the values of the added line. */
const added = addedPlaceholders(2);

/**
 * After the added line: whether its quantity is added or set, then the maximum quantity of a
 * product and the maximum of lines.
 */
function changeLine(kind: SingleStatementKind, lineBy: LineBy): string {
  const [isAdded, maxQuantity, maxLines] = [2, 3, 4].map((n) => `$${n + ADDED_COUNT}`);
  const placeholders = placeholdersAfter(4 + ADDED_COUNT, kind);
  const { variant, quantity } = added;
  const sku = lineBy === 'sku' ? added.sku : `(SELECT sku FROM before WHERE variant = ${added.sku})`;
  const isLine = lineBy === 'sku' ? `(${LINE_KEY}) = (${sku}, ${variant})` : `variant = ${variant}`;
  const line = insertedLine({
    ...added,
    basketId: 'id',
    sku,
    quantity: 'quantity::int',
    unitPriceMinorWhenAdded: 'unit_price_minor',
  });
  return `
  WITH ${readBasket(kind, placeholders)}, wanted AS MATERIALIZED (
    SELECT unit_price_minor, stock, reserved, min_quantity, max_quantity, quantity_step, quantity, others, quantity + others_of_sku AS total
    FROM products p, (
      SELECT ${quantity} + coalesce(sum(quantity) FILTER (WHERE ${isAdded} AND ${isLine}), 0) AS quantity,
        coalesce(sum(quantity) FILTER (WHERE sku = ${sku} AND NOT ${isLine}), 0) AS others_of_sku,
        count(*) FILTER (WHERE NOT ${isLine}) AS others
      FROM before
    ) line
    WHERE sku = ${sku} AND is_active
  ), changed AS (
    ${CHANGE}
    FROM wanted w
    WHERE ${UNCHANGED} AND total <= ${maxQuantity} AND ${fitsProduct('total')}
      AND others < ${maxLines}
    RETURNING b.id, b.owner_id, b.version, b.metadata, w.quantity, w.unit_price_minor
  ), saved AS (
    INSERT INTO basket_lines AS l (${line.columns})
    SELECT ${line.expressions} FROM changed
    ${ON_LINE_CONFLICT}
    RETURNING ${RETURNED_COLUMNS}
  )${storeKeyAndExpiry(kind, placeholders)}
  ${selectResult(kind, placeholders, `SELECT * FROM saved UNION ALL SELECT * FROM before WHERE NOT ${isLine}`)}`;
}

/** SQL: a line of `before`, and one of the table, has the id `$2`. */
const HAS_ID = `(${lineId('before')} = $2)`;
const IN_TABLE_HAS_ID = `(${lineId('l')} = $2)`;

/**
 * `$1` is the session or the user, `$2` the line's id. Changes nothing if the basket has no such
 * line.
 */
function removeLine(kind: SingleStatementKind): string {
  const placeholders = placeholdersAfter(2, kind);
  return `
  WITH ${readBasket(kind, placeholders)}, changed AS (
    ${CHANGE}
    WHERE ${UNCHANGED} AND EXISTS (SELECT FROM before WHERE ${HAS_ID})
    RETURNING b.id, b.owner_id, b.version, b.metadata
  ), removed AS (
    DELETE FROM basket_lines l USING changed WHERE l.basket_id = changed.id AND ${IN_TABLE_HAS_ID}
  )${storeKeyAndExpiry(kind, placeholders)}
  ${selectResult(kind, placeholders, `SELECT * FROM before WHERE NOT ${HAS_ID}`)}`;
}

function changeLines(isIdempotent: boolean, lineBy: LineBy): Record<Owner, NamedStatement> {
  const once = isIdempotent ? '-once' : '';
  const byVariant = lineBy === 'variant' ? '-by-variant' : '';
  return byOwner((by) => ({
    name: `change-line${byVariant}-${by}${once}`,
    text: changeLine({ by, isIdempotent }, lineBy),
  }));
}

function byOwner(statement: (by: Owner) => NamedStatement): Record<Owner, NamedStatement> {
  return Object.fromEntries(OWNERS.map((by) => [by, statement(by)])) as Record<Owner, NamedStatement>;
}

/** A request that names a line by its variant is a PUT, which has no idempotency key. */
export const CHANGE_LINE_BY_VARIANT = changeLines(false, 'variant');
export const CHANGE_LINE = changeLines(false, 'sku');
export const CHANGE_LINE_ONCE = changeLines(true, 'sku');
export const REMOVE_LINE = byOwner((by) => ({
  name: `remove-line-${by}`,
  text: removeLine({ by, isIdempotent: false }),
}));
