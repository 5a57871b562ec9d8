/** The hand-tuned statements of the bare server on the shop's own tables, one per request. */
const LINES = `
  l.sku, p.name, l.quantity, p.unit_price_minor AS price, l.unit_price_minor_when_added AS added, p.stock`;

export const READ = {
  name: 'read',
  text: `
    SELECT b.id, b.version, ${LINES}
    FROM baskets b LEFT JOIN basket_lines l ON l.basket_id = b.id LEFT JOIN products p ON p.sku = l.sku
    WHERE b.id = (SELECT basket_id FROM sessions WHERE id = $1 AND expired_at > $2) ORDER BY l.added_at, l.sku`,
};

export const BEGIN = {
  name: 'begin',
  text: `
    WITH product AS (
      SELECT * FROM products WHERE sku = $4 AND is_active AND (stock IS NULL OR stock >= $5)
    ), basket AS (
      INSERT INTO baskets (id) SELECT $2 FROM product RETURNING id, version
    ), session AS (
      INSERT INTO sessions (id, expired_at, basket_id) SELECT $1, $3, id FROM basket
    ), line AS (
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT basket.id, sku, $5, unit_price_minor FROM basket, product
    )
    SELECT basket.id, version, p.sku, p.name, $5::int AS quantity, p.unit_price_minor AS price,
      p.unit_price_minor AS added, p.stock
    FROM basket, product p`,
};

/** Every change locks the session, then the basket. */
const BASKET = `
    WITH session AS (
      SELECT basket_id FROM sessions WHERE id = $1 AND expired_at > $2 FOR UPDATE
    ), basket AS (
      UPDATE baskets SET version = version + 1, updated_at = now()
      WHERE id = (SELECT basket_id FROM session) AND status = 'open' RETURNING id, version
    )`;

const saveLine = (quantity: string) => `${BASKET}, line AS (
      INSERT INTO basket_lines AS l (basket_id, sku, quantity, unit_price_minor_when_added)
      SELECT basket.id, p.sku, $4, p.unit_price_minor
      FROM basket, products p WHERE p.sku = $3 AND is_active AND (p.stock IS NULL OR p.stock >= $4)
      ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = ${quantity}
      RETURNING basket_id, sku, quantity, unit_price_minor_when_added, added_at
    ), lines AS (
      SELECT * FROM line
      UNION ALL
      SELECT l.basket_id, l.sku, l.quantity, l.unit_price_minor_when_added, l.added_at
      FROM basket JOIN basket_lines l ON l.basket_id = basket.id WHERE l.sku <> $3
    )
    SELECT basket.id, basket.version, ${LINES}
    FROM basket JOIN lines l ON l.basket_id = basket.id LEFT JOIN products p ON p.sku = l.sku
    WHERE EXISTS (SELECT FROM line) ORDER BY l.added_at, l.sku`;

export const ADD = { name: 'add', text: saveLine('l.quantity + excluded.quantity') };

export const SET = { name: 'set', text: saveLine('excluded.quantity') };

export const REMOVE = {
  name: 'remove',
  text: `${BASKET}, line AS (
      DELETE FROM basket_lines l USING basket WHERE l.basket_id = basket.id AND l.sku = $3
    )
    SELECT basket.id, basket.version, ${LINES}
    FROM basket LEFT JOIN basket_lines l ON l.basket_id = basket.id AND l.sku <> $3
    LEFT JOIN products p ON p.sku = l.sku ORDER BY l.added_at, l.sku`,
};

export const PRODUCTS = {
  name: 'products',
  text: `
    SELECT sku, name, description, image_url AS "imageUrl", unit_price_minor AS "unitPriceMinor", stock
    FROM products WHERE is_active ORDER BY name, sku LIMIT $1`,
};

export const USER_OF_SESSION = {
  name: 'user-of-session',
  text: 'SELECT user_id AS "userId" FROM sessions WHERE id = $1 AND expired_at > $2',
};

export const USER_BY_EMAIL = {
  name: 'user-by-email',
  text: 'SELECT id, password_hash AS "passwordHash" FROM users WHERE email = $1',
};

export const LOG_IN = {
  name: 'log-in',
  text: 'INSERT INTO sessions (id, expired_at, user_id) VALUES ($1, $2, $3)',
};
