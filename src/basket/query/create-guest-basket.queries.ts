import type { NamedStatement } from '../../database/named-statement.js';
import { NEW_EXPIRY } from '../../session/store/session.queries.js';
import { CHANGED_COLUMNS } from './basket-snapshot.js';

/**
 * A guest's first add: the basket, the session and the line, if the product can be had. The foreign keys are checked
 * at the end of it.
 *
 * `$1` and `$2` the session's lifetimes, `$3` and `$4` its id and json, `$5` the basket's id, `$6` the sku, `$7` the quantity.
 */
export const CREATE_GUEST_BASKET: NamedStatement = {
  name: 'create-guest-basket',
  text: `
    WITH wanted AS (
      SELECT name, unit_price_minor, stock, is_active FROM products WHERE sku = $6 AND is_active AND (stock IS NULL OR stock >= $7::int)
    ), created AS (
      INSERT INTO baskets (id) SELECT $5::uuid FROM wanted RETURNING id, owner_id, version
    ), session AS (
      INSERT INTO sessions (expired_at, created_at, id, json, basket_id)
      SELECT ${NEW_EXPIRY}, statement_timestamp(), $3, $4, id FROM created
      RETURNING expired_at
    ), saved AS (
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT created.id, $6, $7::int, unit_price_minor FROM created, wanted
      RETURNING sku, quantity, unit_price_minor_when_added
    )
    SELECT ${CHANGED_COLUMNS}, s.expired_at::float8 AS "sessionExpiresAt" FROM created b, session s, saved l, wanted p`,
};
