-- Used by: every add and every new quantity in a transaction (`saveLine`).
-- Locks: the basket, then the line. User or session and the basket are locked before.

WITH
  changed AS (
    UPDATE baskets
    SET version = version + 1, updated_at = now(), last_merge = NULL
    WHERE id = $1 AND status = 'open'
    RETURNING id
  )
INSERT INTO
  basket_lines (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added)
SELECT id, $2, $3, $4::jsonb, $5, $6
FROM changed
ON CONFLICT (basket_id, sku, variant) DO UPDATE
SET quantity = excluded.quantity
