-- Used by: several changes in one request, and a reorder (`writeLines`).
-- Locks: the basket, then the lines. User or session and the basket are locked before.

WITH
  changed AS (
    UPDATE baskets
    SET version = version + 1, updated_at = now(), last_merge = NULL
    WHERE id = $1 AND status = 'open'
    RETURNING id
  ),
  removed AS (
    DELETE FROM basket_lines USING changed
    WHERE
      basket_id = changed.id
      AND (sku, variant) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  )
INSERT INTO
  basket_lines (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added, added_at)
SELECT
  changed.id,
  l.sku,
  l.variant,
  l.attributes,
  l.quantity,
  l.unit_price_minor_when_added,
  statement_timestamp() + l.ordinality * interval '1 microsecond'
FROM changed, jsonb_populate_recordset(NULL::basket_lines, $4::jsonb) WITH ORDINALITY l
ON CONFLICT (basket_id, sku, variant) DO UPDATE
SET quantity = excluded.quantity
