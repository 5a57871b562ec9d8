import type pg from 'pg';

/** The number of guest baskets with three lines, by the state of their session. */
export interface ShopSize {
  /** Baskets with an expired session. */
  expired?: number;
  active?: number;
  /** Baskets without a session. */
  orphans?: number;
}

const CHUNK = 500_000;

/** The id and the expiry of the n-th row. The ids of orphans lie among those of active baskets. */
const KINDS = {
  active: { id: `n * 5`, mark: 1, expiry: '4102444800000 + n' },
  expired: { id: `n`, mark: 2, expiry: '1000 + n' },
  orphans: { id: `n`, mark: 3, expiry: null },
};

/**
 * Fills an empty shop.
 *
 * Ids ascend with the creation time, like UUID v7, and sessions expire in the order of their
 * baskets. Foreign keys are not checked: their triggers are off while it fills.
 */
export async function fillShop(client: pg.Client, size: ShopSize): Promise<void> {
  await client.query('SET session_replication_role = replica');
  for (const [kind, count = 0] of Object.entries(size) as [keyof ShopSize, number | undefined][]) {
    for (let from = 0; from < count; from += CHUNK) {
      await insert(client, kind, from, Math.min(CHUNK, count - from));
    }
  }
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE sessions, baskets, basket_lines');
  await client.query('CHECKPOINT');
}

async function insert(client: pg.Client, kind: keyof ShopSize, from: number, count: number): Promise<void> {
  const { id, mark, expiry } = KINDS[kind];
  await client.query(`
    CREATE TEMPORARY TABLE filled AS
    SELECT n, (lpad(to_hex(${id}), 12, '0') || '7000800${mark}00000000' || lpad(to_hex(n % 65536), 4, '0'))::uuid AS basket_id
    FROM generate_series(${from + 1}, ${from + count}) n`);
  await client.query(`
    INSERT INTO baskets (id, created_at, updated_at)
    SELECT basket_id, now() - interval '2 days', now() - interval '2 days' FROM filled`);
  await client.query(`
    INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT basket_id, 'SKU-' || k, 1, 100 FROM filled, generate_series(1, 3) k`);
  if (expiry !== null) {
    await client.query(`
      INSERT INTO sessions (id, json, expired_at, basket_id)
      SELECT md5(n || '${kind}') || 'abcdefghijk', '{"cookie":{"originalMaxAge":7776000000,"httpOnly":true,"path":"/"}}', ${expiry}, basket_id
      FROM filled`);
  }
  await client.query('DROP TABLE filled');
}
