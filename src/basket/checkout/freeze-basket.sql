-- Used by: `POST /api/basket/freeze`.
-- Locks: the basket, then its lines. The basket is locked before.

WITH
  basket AS (
    UPDATE baskets
    SET
      status = 'frozen',
      currency = $2,
      frozen_at = now(),
      version = version + 1,
      updated_at = now(),
      last_merge = NULL
    WHERE id = $1
    RETURNING id
  ),
  pins AS (
    SELECT
      l.sku,
      l.variant,
      coalesce(p.name, l.sku) AS name_pinned,
      coalesce(p.unit_price_minor, l.unit_price_minor_when_added) AS unit_price_minor_pinned
    FROM basket_lines l LEFT JOIN products p USING (sku)
    WHERE l.basket_id = $1
  )
UPDATE basket_lines l
SET name_pinned = pins.name_pinned, unit_price_minor_pinned = pins.unit_price_minor_pinned
FROM basket, pins
WHERE l.basket_id = basket.id AND (l.sku, l.variant) = (pins.sku, pins.variant)
