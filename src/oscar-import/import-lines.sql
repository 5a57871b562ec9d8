-- Used by: `baskets:import` (`importStaged`), after the baskets.
-- Locks: no row that exists. It inserts lines.

INSERT INTO
  basket_lines (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added, added_at)
SELECT
  b.new_id,
  l.sku,
  l.variant,
  l.attributes,
  l.quantity,
  l.unit_price_minor,
  coalesce(l.added_at, b.created_at)
FROM new_lines l JOIN classified_baskets b ON b.id = l.basket_id
WHERE b.reason IS NULL
ORDER BY b.new_id
