import { MAX_VALUE_LENGTH } from '../basket/query/attributes.js';

/** The length of Django's column. A name of an attribute is shorter. */
const MAX_CODE_LENGTH = 128;

/** The longest JSON of a value that fits into an attribute, if JSON escapes every character. */
const MAX_JSON_LENGTH = MAX_VALUE_LENGTH * 6 + 2;

const OPEN = `b.status = 'Open'`;

/** SQL: a column that only some versions have. Null if it is missing. */
const column = (row: string, name: string) => `to_jsonb(${row}) ->> '${name}'`;

/** Selects open baskets: those with an owner, or guests' baskets by id. */
export type BasketSelection = 'owned' | number[];

const whereOf = (selection: BasketSelection) =>
  selection === 'owned'
    ? `${OPEN} AND b.owner_id IS NOT NULL`
    : `${OPEN} AND b.owner_id IS NULL AND b.id IN (${selection.join()})`;

/** `users` is the quoted name of the table. */
export function selectBaskets(users: string, selection: BasketSelection): string {
  const name = `btrim(concat_ws(' ', ${column('u', 'first_name')}, ${column('u', 'last_name')}))`;
  return `
    SELECT b.id, b.owner_id IS NULL, ${column('u', 'email')}, ${column('u', 'password')}, nullif(${name}, ''), b.date_created
    FROM basket_basket b LEFT JOIN ${users} u ON u.id = b.owner_id
    WHERE ${whereOf(selection)}`;
}

/** Returns a query for COPY: id, basket, sku, quantity, price, currency, added. */
export function selectLines(selection: BasketSelection): string {
  return `
    SELECT l.id, l.basket_id, coalesce(nullif(btrim(s.partner_sku), ''), nullif(btrim(p.upc), '')), l.quantity,
      coalesce(${column('l', 'price_incl_tax')}, ${column('l', 'price_excl_tax')}),
      CASE WHEN to_jsonb(l) ? 'price_currency' THEN coalesce(${column('l', 'price_currency')}, '') END,
      coalesce(${column('l', 'date_created')}, b.date_created::text)
    FROM basket_line l
    JOIN basket_basket b ON b.id = l.basket_id
    LEFT JOIN catalogue_product p ON p.id = l.product_id
    LEFT JOIN partner_stockrecord s ON s.id = l.stockrecord_id
    WHERE ${whereOf(selection)}`;
}

/** For a shop without the table: no option has a code. */
const NO_CODES = '(SELECT NULL::bigint AS id, NULL::text AS code)';

/**
 * Returns a query for COPY: line, code, value as JSON. Earlier versions keep the value as text.
 *
 * A code or a value that is too long for an attribute is cut, and stays too long.
 */
export function selectOptions(selection: BasketSelection, hasCodes: boolean): string {
  return `
    SELECT l.id, left(o.code::text, ${MAX_CODE_LENGTH}), left(to_json(a.value)::text, ${MAX_JSON_LENGTH + 1})
    FROM basket_lineattribute a
    JOIN basket_line l ON l.id = a.line_id
    JOIN basket_basket b ON b.id = l.basket_id
    LEFT JOIN ${hasCodes ? 'catalogue_option' : NO_CODES} o ON o.id = a.option_id
    WHERE ${whereOf(selection)}`;
}

export const COUNT = `
  SELECT count(*) FILTER (WHERE ${OPEN} AND owner_id IS NOT NULL)::int AS owned,
    count(*) FILTER (WHERE ${OPEN} AND owner_id IS NULL)::int AS guest,
    count(*) FILTER (WHERE NOT ${OPEN})::int AS other,
    (
      SELECT coalesce(max(l.reltuples) / nullif(max(b.reltuples), 0), 0)::float8 FROM pg_class l, pg_class b
      WHERE l.oid = 'basket_line'::regclass AND b.oid = 'basket_basket'::regclass AND l.reltuples > 0
    ) AS "linesOfABasket"
  FROM basket_basket b`;
