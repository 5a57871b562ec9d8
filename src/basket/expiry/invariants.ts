/** A rule that the tables must keep, and the query for the rows that break it. */
export interface Invariant {
  /** The number of the rule, and a keyword. */
  id: string;
  rule: string;
  /** Selects one column, `id`, which identifies the row and is no secret. */
  broken: string;
}

/**
 * Hides the session's id, which is the secret of its cookie. The hash is enough to find the row.
 */
const SESSION = `'session ' || md5(s.id)`;

/** SQL: no visitor can reach the basket `b` any more. */
export const IS_ORPHAN = `
  b.owner_id IS NULL AND b.status = 'open' AND NOT EXISTS (SELECT FROM sessions s WHERE s.basket_id = b.id)`;

export const ORPHANS: Invariant = {
  id: 'I1 orphans',
  rule: 'each open guest basket has a session that points to it',
  broken: `SELECT b.id::text AS id FROM baskets b WHERE ${IS_ORPHAN}`,
};

/** Includes rules that the database enforces: a constraint can be dropped. */
export const INVARIANTS: Invariant[] = [
  ORPHANS,
  {
    id: 'I1 shared',
    rule: 'no two sessions point to the same basket',
    broken: `
      SELECT basket_id::text AS id FROM sessions
      WHERE basket_id IS NOT NULL GROUP BY basket_id HAVING count(*) > 1`,
  },
  {
    id: 'I1 dangling',
    rule: 'a session points only to an existing guest basket that is not submitted',
    broken: `
      SELECT ${SESSION} AS id FROM sessions s LEFT JOIN baskets b ON b.id = s.basket_id
      WHERE s.basket_id IS NOT NULL AND (b.id IS NULL OR b.owner_id IS NOT NULL OR b.status = 'submitted')`,
  },
  {
    id: 'I2 one-basket',
    rule: 'a user has at most one open basket',
    broken: `
      SELECT owner_id::text AS id FROM baskets
      WHERE owner_id IS NOT NULL AND status = 'open' GROUP BY owner_id HAVING count(*) > 1`,
  },
  {
    id: 'I2 one-line',
    rule: 'a basket has one line per id, with a quantity above 0',
    broken: `
      SELECT basket_id::text AS id FROM basket_lines
      GROUP BY basket_id, sku, variant HAVING count(*) > 1 OR min(quantity) <= 0`,
  },
  {
    id: 'I3 lines',
    rule: 'a line belongs to an existing basket, and an owned basket to an existing user',
    broken: `
      SELECT l.basket_id::text AS id FROM basket_lines l LEFT JOIN baskets b ON b.id = l.basket_id WHERE b.id IS NULL
      UNION ALL
      SELECT b.id::text FROM baskets b LEFT JOIN users u ON u.id = b.owner_id
      WHERE b.owner_id IS NOT NULL AND u.id IS NULL`,
  },
  {
    id: 'I4 versions',
    rule: 'a stored basket has a version of at least 1',
    broken: 'SELECT id::text AS id FROM baskets WHERE version < 1',
  },
  {
    id: 'I5 orders',
    rule: 'an order has lines, a time, and pinned prices and names',
    broken: `
      SELECT b.id::text AS id FROM baskets b
      WHERE b.status = 'submitted' AND (
        b.submitted_at IS NULL
        OR NOT EXISTS (SELECT FROM basket_lines l WHERE l.basket_id = b.id)
        OR EXISTS (
          SELECT FROM basket_lines l
          WHERE l.basket_id = b.id AND (l.name_pinned IS NULL OR l.unit_price_minor_pinned IS NULL)))`,
  },
  {
    id: 'I5 status',
    rule: 'only a frozen basket has `frozen_at`, only an order has `submitted_at`, and an open basket has no pins',
    broken: `
      SELECT b.id::text AS id FROM baskets b
      WHERE (b.status = 'frozen') <> (b.frozen_at IS NOT NULL)
        OR (b.status = 'submitted') <> (b.submitted_at IS NOT NULL)
        OR (b.status = 'open' AND b.currency IS NOT NULL)
        OR (b.status = 'open' AND EXISTS (
          SELECT FROM basket_lines l WHERE l.basket_id = b.id AND l.name_pinned IS NOT NULL))`,
  },
  {
    id: 'I6 sessions',
    rule: 'a session has a basket or a user, never both, and a replaced session has neither',
    broken: `
      SELECT ${SESSION} AS id FROM sessions s
      WHERE (s.basket_id IS NOT NULL AND s.user_id IS NOT NULL)
        OR (s.replaced_at IS NOT NULL AND (s.basket_id IS NOT NULL OR s.user_id IS NOT NULL))`,
  },
  {
    id: 'I7 keys',
    rule: 'an idempotency key belongs to one session or one user, and to one request',
    broken: `
      SELECT min(id)::text AS id FROM idempotency_keys
      GROUP BY session_id, user_id, key
      HAVING count(*) > 1 OR num_nonnulls(session_id, user_id) <> 1`,
  },
  {
    id: 'I8 stock',
    rule: 'no product has a negative stock',
    broken: 'SELECT sku AS id FROM products WHERE stock < 0',
  },
  {
    id: 'I9 reserved',
    rule: 'the reserved pieces of a product are the sum of its reservations',
    broken: `
      SELECT p.sku AS id FROM products p
      LEFT JOIN (SELECT sku, sum(quantity) AS quantity FROM stock_reservations GROUP BY sku) r USING (sku)
      WHERE p.reserved <> coalesce(r.quantity, 0)`,
  },
  {
    id: 'I9 held',
    rule: 'a reservation belongs to a frozen basket, and holds what its lines have of the product',
    broken: `
      SELECT r.basket_id::text AS id FROM stock_reservations r LEFT JOIN baskets b ON b.id = r.basket_id
      WHERE b.status IS DISTINCT FROM 'frozen' OR r.quantity IS DISTINCT FROM (
        SELECT sum(l.quantity) FROM basket_lines l WHERE (l.basket_id, l.sku) = (r.basket_id, r.sku))`,
  },
];
