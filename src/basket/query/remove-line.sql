-- Used by: every removal of a line in a transaction (`removeLine`).
-- Locks: the basket, then the line. User or session and the basket are locked before.

WITH
  changed AS (
    UPDATE baskets
    SET version = version + 1, updated_at = now(), last_merge = NULL
    WHERE id = $1 AND status = 'open'
    RETURNING id
  )
DELETE FROM basket_lines USING changed
WHERE basket_id = changed.id AND (sku, variant) = ($2, $3)
