import type { NamedStatement } from '../database/named-statement.js';
import { CHANGED_COLUMNS } from './stored-basket.js';

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
      SELECT name, unit_price_minor, stock, is_active FROM products WHERE sku = $6 AND is_active AND (stock IS NULL OR stock >= $7::int)
    ), begun AS (
      INSERT INTO baskets (id) SELECT $1::uuid FROM wanted RETURNING id, owner_id, version
    ), session AS (
      INSERT INTO sessions (id, json, expired_at, created_at, basket_id) SELECT $2, $3, $4::bigint, $5::timestamptz, id FROM begun
    ), saved AS (
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT begun.id, $6, $7::int, unit_price_minor FROM begun, wanted
      RETURNING sku, quantity, unit_price_minor_when_added
    )
    SELECT ${CHANGED_COLUMNS} FROM begun b, saved l, wanted p`,
};
