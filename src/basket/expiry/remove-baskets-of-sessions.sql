-- Used by: each removal of sessions as entities (`GuestBasketSubscriber`), after the sessions.
-- Locks: the baskets, then their lines by the cascade. The sessions are locked before.

DELETE FROM baskets
WHERE
  owner_id IS NULL
  AND status = 'open'
  AND id = ANY ($1)
  AND NOT EXISTS (SELECT FROM sessions WHERE sessions.basket_id = baskets.id)
