-- Used by: `POST /api/admin/orders/:id/cancel`.
-- Locks: the order, which is locked before.

UPDATE baskets
SET cancelled_at = now(), version = version + 1, updated_at = now(), last_merge = NULL
WHERE id = $1
