-- Used by: logout everywhere, a new password, an erasure, and a user who becomes an admin.
-- Locks: the user's sessions, by id. The user is locked before.

WITH
  chosen AS (SELECT ctid FROM sessions WHERE user_id = $1 ORDER BY id FOR UPDATE),
  filled AS (INSERT INTO pg_temp.session_batch (session_ctid) SELECT ctid FROM chosen)
SELECT count(*)::int AS count
FROM chosen
