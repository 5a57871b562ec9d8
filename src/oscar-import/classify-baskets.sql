-- Used by: `baskets:import` (`importStaged`).
-- Locks: nothing. It creates a temporary table.

CREATE TEMPORARY TABLE classified_baskets ON COMMIT DROP AS
WITH
  sessions_of AS (
    SELECT DISTINCT ON (basket_id) basket_id, id, expired_at
    FROM old_sessions
    ORDER BY basket_id, expired_at DESC, id
  ),
  seen AS (
    SELECT
      b.id,
      b.is_guest,
      b.password,
      b.name,
      lower(btrim(normalize(b.email, NFC))) AS address,
      CASE
        WHEN b.created_at ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.+-]+)?$' THEN CASE
          WHEN b.created_at::timestamptz BETWEEN '1970-01-01Z' AND now() + interval '1 day' THEN b.created_at::timestamptz
        END
      END AS created_at,
      s.id AS session_id,
      s.expired_at,
      l.basket_id IS NOT NULL AS has_lines
    FROM
      old_baskets b
      LEFT JOIN sessions_of s ON b.is_guest
      AND s.basket_id = b.id
      LEFT JOIN (SELECT DISTINCT basket_id FROM new_lines) l ON l.basket_id = b.id
  ),
  ranked AS (
    SELECT
      *,
      row_number() OVER (
        PARTITION BY is_guest, address, has_lines, created_at IS NULL
        ORDER BY created_at DESC, id DESC
      ) AS place
    FROM seen
  )
SELECT
  r.*,
  u.id AS user_id,
  encode(
    set_byte(
      overlay(
        uuid_send (gen_random_uuid()) PLACING substring(
          int8send ((extract(epoch FROM r.created_at) * 1000)::int8)
          FROM 3
        )
        FROM 1 FOR 6
      ),
      6,
      112 + (random() * 15)::int
    ),
    'hex'
  )::uuid AS new_id,
  CASE
    WHEN NOT r.is_guest
    AND coalesce(r.address, '') !~ '^[^@[:space:][:cntrl:]\u0080-\u009f\ufffd]+@[^@[:space:][:cntrl:]\u0080-\u009f\ufffd]+$' THEN 'ownerWithoutEmail'
    WHEN NOT r.is_guest
    AND octet_length(r.address) > 254 THEN 'ownerWithoutEmail'
    WHEN NOT r.has_lines THEN 'empty'
    WHEN r.created_at IS NULL THEN 'impossibleDate'
    WHEN NOT r.is_guest
    AND r.place > 1 THEN 'ownerHasNewerBasket'
    WHEN EXISTS (
      SELECT
      FROM baskets b
      WHERE b.owner_id = u.id AND b.status = 'open'
    ) THEN 'ownerHasBasket'
    WHEN EXISTS (SELECT FROM sessions s WHERE s.id = r.session_id) THEN 'alreadyTaken'
  END AS reason
FROM ranked r LEFT JOIN users u ON u.email = r.address
