-- Used by: the metadata of a basket, set by its visitor or by an admin (`writeMetadata`).
-- Locks: the basket. Its user or its session and the basket are locked before.

UPDATE baskets
SET metadata = $2, version = version + 1, updated_at = now(), last_merge = NULL
WHERE id = $1 AND status = 'open'
