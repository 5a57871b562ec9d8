-- Used by: each run of the cleanup (`OwnedFrozenExpiry`): finds the owners of baskets that were
-- frozen for too long, page by page.
-- Locks: nothing.

SELECT id, owner_id AS "ownerId", frozen_at::text AS "frozenAt"
FROM baskets
WHERE
  frozen_at <= statement_timestamp() - $1 * interval '1 second'
  AND status = 'frozen'
  AND owner_id IS NOT NULL
  AND (frozen_at, id) > ($3::timestamptz, $4::uuid)
ORDER BY frozen_at, id
LIMIT $2
