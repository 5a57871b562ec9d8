-- Used by: login with a guest's open basket, and thaw (`thawBasket`), when the user has an open
-- basket (`mergeBaskets`).
-- Locks: the user's lines, both baskets, then the guest's lines by the cascade. The user and both
-- baskets are locked before, so no other change of these lines is under way.

WITH
  moved AS (
    INSERT INTO
      basket_lines (basket_id, sku, variant, attributes, quantity, unit_price_minor_when_added, added_at)
    SELECT
      $2,
      l.sku,
      l.variant,
      l.attributes,
      merged.quantity,
      l.unit_price_minor_when_added,
      l.added_at
    FROM
      basket_lines l
      JOIN unnest($3::text[], $4::text[], $5::int[]) AS merged (sku, line_id, quantity) ON (merged.sku, merged.line_id) = (
        l.sku,
        CASE WHEN l.variant = '' THEN l.sku ELSE l.variant END
      )
    WHERE l.basket_id = $1
    ON CONFLICT (basket_id, sku, variant) DO UPDATE
    SET quantity = excluded.quantity
  ),
  removed AS (DELETE FROM baskets WHERE id = $1)
UPDATE baskets b
SET
  version = b.version + 1,
  updated_at = now(),
  last_merge = $6,
  metadata = guest.metadata || b.metadata
FROM baskets guest
WHERE b.id = $2 AND guest.id = $1
