import type { NamedStatement } from '../../database/named-statement.js';
import { ADDED_COUNT, addedPlaceholders, insertedLine, ON_LINE_CONFLICT } from './line-columns.js';
import {
  CHANGE,
  placeholdersAfter,
  readBasket,
  RETURNED_COLUMNS,
  selectResult,
  type SingleStatementKind,
  storeKeyAndExpiry,
  UNCHANGED,
} from './single-statement-parts.js';

const KINDS: SingleStatementKind[] = (['session', 'user'] as const).flatMap((by) => [
  { by, isIdempotent: false },
  { by, isIdempotent: true },
]);

/** `$1` is the session or the user. Then come the values of the added line. */
const added = addedPlaceholders(2);
const line = insertedLine({
  ...added,
  basketId: 'id',
  quantity: 'quantity::int',
  unitPriceMinorWhenAdded: 'unit_price_minor',
});

/**
 * After the added line: whether its quantity is added or set, then the maximum of a line and the
 * maximum of lines.
 */
function changeLine(kind: SingleStatementKind): string {
  const [isAdded, maxQuantity, maxLines] = [2, 3, 4].map((n) => `$${n + ADDED_COUNT}`);
  const placeholders = placeholdersAfter(4 + ADDED_COUNT, kind);
  const { sku, quantity } = added;
  return `
  WITH ${readBasket(kind, placeholders)}, wanted AS MATERIALIZED (
    SELECT unit_price_minor, stock,
      ${quantity}::bigint + CASE WHEN ${isAdded} THEN coalesce((SELECT quantity FROM before WHERE sku = ${sku}), 0) ELSE 0 END AS quantity
    FROM products WHERE sku = ${sku} AND is_active
  ), changed AS (
    ${CHANGE}
    FROM wanted w
    WHERE ${UNCHANGED} AND w.quantity <= ${maxQuantity} AND (w.stock IS NULL OR w.quantity <= w.stock)
      AND (SELECT count(*) FROM before WHERE sku <> ${sku}) < ${maxLines}
    RETURNING b.id, b.owner_id, b.version, w.quantity, w.unit_price_minor
  ), saved AS (
    INSERT INTO basket_lines AS l (${line.columns})
    SELECT ${line.expressions} FROM changed
    ${ON_LINE_CONFLICT}
    RETURNING ${RETURNED_COLUMNS}
  )${storeKeyAndExpiry(kind, placeholders)}
  ${selectResult(kind, placeholders, `SELECT * FROM saved UNION ALL SELECT * FROM before WHERE sku <> ${sku}`)}`;
}

/**
 * `$1` is the session or the user, `$2` the sku. Changes nothing if the basket has no such line.
 */
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
