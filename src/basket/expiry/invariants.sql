-- Used by: `baskets:audit`, one statement a rule, each wrapped by `AuditService`, in one read-only
-- snapshot.
-- Locks: nothing.

/* I1 orphans: each open guest basket has a session that points to it */
SELECT b.id::text AS id
FROM baskets b
WHERE
  b.owner_id IS NULL
  AND b.status = 'open'
  AND NOT EXISTS (SELECT FROM sessions s WHERE s.basket_id = b.id);

/* I1 shared: no two sessions point to the same basket */
SELECT basket_id::text AS id
FROM sessions
WHERE basket_id IS NOT NULL
GROUP BY basket_id
HAVING count(*) > 1;

/* I1 dangling: a session points only to an existing guest basket that is not submitted */
SELECT 'session ' || md5(s.id) AS id
FROM sessions s LEFT JOIN baskets b ON b.id = s.basket_id
WHERE
  s.basket_id IS NOT NULL
  AND (b.id IS NULL OR b.owner_id IS NOT NULL OR b.status = 'submitted');

/* I2 one-basket: a user has at most one open basket */
SELECT owner_id::text AS id
FROM baskets
WHERE owner_id IS NOT NULL AND status = 'open'
GROUP BY owner_id
HAVING count(*) > 1;

/* I2 one-line: a basket has one line per id, with a quantity above 0 */
SELECT basket_id::text AS id
FROM basket_lines
GROUP BY basket_id, sku, variant
HAVING count(*) > 1 OR min(quantity) <= 0;

/* I3 lines: a line belongs to an existing basket, and an owned basket to an existing user */
SELECT l.basket_id::text AS id
FROM basket_lines l LEFT JOIN baskets b ON b.id = l.basket_id
WHERE b.id IS NULL
UNION ALL
SELECT b.id::text
FROM baskets b LEFT JOIN users u ON u.id = b.owner_id
WHERE b.owner_id IS NOT NULL AND u.id IS NULL;

/* I4 versions: a stored basket has a version of at least 1 */
SELECT id::text AS id
FROM baskets
WHERE version < 1;

/* I5 orders: an order has lines, a time, and pinned prices and names */
SELECT b.id::text AS id
FROM baskets b
WHERE
  b.status = 'submitted'
  AND (
    b.submitted_at IS NULL
    OR NOT EXISTS (SELECT FROM basket_lines l WHERE l.basket_id = b.id)
    OR EXISTS (
      SELECT
      FROM basket_lines l
      WHERE l.basket_id = b.id AND (l.name_pinned IS NULL OR l.unit_price_minor_pinned IS NULL)
    )
  );

/* I5 status: only a frozen basket has `frozen_at`, only an order has `submitted_at`, and an open basket has no pins */
SELECT b.id::text AS id
FROM baskets b
WHERE
  (b.status = 'frozen') <> (b.frozen_at IS NOT NULL)
  OR (b.status = 'submitted') <> (b.submitted_at IS NOT NULL)
  OR (b.status = 'open' AND b.currency IS NOT NULL)
  OR (
    b.status = 'open'
    AND EXISTS (SELECT FROM basket_lines l WHERE l.basket_id = b.id AND l.name_pinned IS NOT NULL)
  );

/* I6 sessions: a session has a basket or a user, never both, and a replaced session has neither */
SELECT 'session ' || md5(s.id) AS id
FROM sessions s
WHERE
  (s.basket_id IS NOT NULL AND s.user_id IS NOT NULL)
  OR (s.replaced_at IS NOT NULL AND (s.basket_id IS NOT NULL OR s.user_id IS NOT NULL));

/* I7 keys: an idempotency key belongs to one session or one user, and to one request */
SELECT min(id)::text AS id
FROM idempotency_keys
GROUP BY session_id, user_id, key
HAVING count(*) > 1 OR num_nonnulls (session_id, user_id) <> 1;

/* I8 stock: no product has a negative stock */
SELECT sku AS id
FROM products
WHERE stock < 0;

/* I9 reserved: the reserved pieces of a product are the sum of its reservations */
SELECT p.sku AS id
FROM
  products p
  LEFT JOIN (
    SELECT sku, sum(quantity) AS quantity
    FROM stock_reservations
    GROUP BY sku
  ) r USING (sku)
WHERE p.reserved <> coalesce(r.quantity, 0);

/* I9 held: a reservation belongs to a frozen basket, and holds what its lines have of the product */
SELECT r.basket_id::text AS id
FROM stock_reservations r LEFT JOIN baskets b ON b.id = r.basket_id
WHERE
  b.status IS DISTINCT FROM 'frozen'
  OR r.quantity IS DISTINCT FROM (
    SELECT sum(l.quantity)
    FROM basket_lines l
    WHERE (l.basket_id, l.sku) = (r.basket_id, r.sku)
  );
