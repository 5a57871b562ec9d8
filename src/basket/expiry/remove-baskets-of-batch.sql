-- Used by: each batch of removed sessions (`GuestBasketSubscriber`), after the sessions.
-- Locks: the baskets, then their lines by the cascade. The sessions are locked before.

DELETE FROM baskets
WHERE
  owner_id IS NULL
  AND status = 'open'
  AND id = ANY (ARRAY(SELECT basket_id FROM pg_temp.session_batch WHERE basket_id IS NOT NULL))
