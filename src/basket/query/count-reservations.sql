-- Used by: reads and changes of baskets (`countAvailable`), only when a basket has more than the
-- stock less all reservations.
-- Locks: nothing.

SELECT
  sku,
  coalesce(
    sum(quantity) FILTER (WHERE basket_id IS DISTINCT FROM $1::uuid),
    0
  )::float8 AS "ofOthers",
  coalesce(sum(quantity) FILTER (WHERE basket_id = $1::uuid), 0)::float8 AS own,
  max(expires_at) FILTER (WHERE basket_id = $1::uuid) AS "ownUntil"
FROM stock_reservations
WHERE sku = ANY ($2) AND expires_at > statement_timestamp()
GROUP BY sku
