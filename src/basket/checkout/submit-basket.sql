-- Used by: `POST /api/basket/submit` and `POST /api/admin/baskets/:id/submit`.
-- Locks: the session that points to the basket, the basket, then its lines. Session, basket and
-- products are locked before.

WITH
  session AS (UPDATE sessions SET basket_id = NULL WHERE basket_id = $1 RETURNING id),
  basket AS (
    UPDATE baskets
    SET
      status = 'submitted',
      currency = $2,
      submitted_session_id = (SELECT id FROM session),
      frozen_at = NULL,
      version = version + 1,
      updated_at = now(),
      last_merge = NULL
    WHERE id = $1
    RETURNING id
  )
UPDATE basket_lines l
SET
  name_pinned = coalesce(l.name_pinned, p.name),
  unit_price_minor_pinned = coalesce(l.unit_price_minor_pinned, p.unit_price_minor),
  is_stock_taken = p.stock IS NOT NULL
FROM basket, products p
WHERE l.basket_id = basket.id AND p.sku = l.sku
