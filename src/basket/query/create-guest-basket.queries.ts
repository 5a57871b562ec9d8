import type { NamedStatement } from '../../database/named-statement.js';
import { NEW_EXPIRY } from '../../session/store/session.queries.js';
import { fitsProduct } from './single-statement-parts.js';
import { CHANGED_COLUMNS } from './basket-snapshot.js';
import { addedPlaceholders, CARRIED_COLUMNS, insertedLine } from './line-columns.js';

const added = addedPlaceholders(6);

const line = insertedLine({
  ...added,
  basketId: 'created.id',
  quantity: `${added.quantity}::int`,
  unitPriceMinorWhenAdded: 'unit_price_minor',
});

/**
 * A guest's first add: inserts the basket, the session and the line if the product is for sale and
 * in stock, and its rule allows the quantity.
 *
 * The foreign keys are deferred, so the order of the inserts does not matter.
 *
 * `$1` and `$2` are the session's lifetimes, `$3` and `$4` its id and its JSON, `$5` the basket's
 * id, then the values of the added line.
 */
export const CREATE_GUEST_BASKET: NamedStatement = {
  name: 'create-guest-basket',
  text: `
    WITH wanted AS (
      SELECT * FROM products WHERE sku = ${added.sku} AND is_active
        AND ${fitsProduct(`${added.quantity}::int`)}
    ), created AS (
      INSERT INTO baskets (id) SELECT $5::uuid FROM wanted RETURNING id, owner_id, version, metadata
    ), session AS (
      INSERT INTO sessions (expired_at, created_at, id, json, basket_id)
      SELECT ${NEW_EXPIRY}, statement_timestamp(), $3, $4, id FROM created
      RETURNING expired_at
    ), saved AS (
      INSERT INTO basket_lines (${line.columns})
      SELECT ${line.expressions} FROM created, wanted
      RETURNING ${CARRIED_COLUMNS}
    )
    SELECT ${CHANGED_COLUMNS}, s.expired_at::float8 AS "sessionExpiresAt" FROM created b, session s, saved l, wanted p`,
};
