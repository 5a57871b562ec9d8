import type pg from 'pg';

/** How many sessions a benchmark finds; each has a guest's basket of three lines. */
export interface ShopSize {
  expired: number;
  living: number;
}

const CHUNK = 500_000;

/**
 * Fills an empty shop, expired sessions oldest first. Ids are in the order of creation, as UUID v7 are.
 *
 * The foreign keys are checked no more than the rows themselves need: the constraint triggers are off while it fills.
 */
export async function fillShop(client: pg.Client, { expired, living }: ShopSize): Promise<void> {
  await client.query('TRUNCATE sessions, baskets, cleanup_runs CASCADE');
  await client.query('SET session_replication_role = replica');
  for (const [count, isExpired] of [
    [living, false],
    [expired, true],
  ] as const) {
    for (let from = 0; from < count; from += CHUNK) {
      await insert(client, from, Math.min(CHUNK, count - from), isExpired);
    }
  }
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('VACUUM ANALYZE sessions, baskets, basket_lines');
  await client.query('CHECKPOINT');
}

async function insert(client: pg.Client, from: number, count: number, isExpired: boolean): Promise<void> {
  const expiry = isExpired ? '1000 + n' : '4102444800000 + n';
  const id = `(lpad(to_hex(n + ${isExpired ? 0 : 1_000_000_000}), 12, '0') || '7000800000000000' || lpad(to_hex(n % 65536), 4, '0'))::uuid`;
  await client.query(`
    CREATE TEMPORARY TABLE filled AS
    SELECT n, ${id} AS basket_id FROM generate_series(${from + 1}, ${from + count}) n`);
  await client.query('INSERT INTO baskets (id) SELECT basket_id FROM filled');
  await client.query(`
    INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
    SELECT basket_id, 'SKU-' || k, 1, 100 FROM filled, generate_series(1, 3) k`);
  await client.query(`
    INSERT INTO sessions (id, json, expired_at, basket_id)
    SELECT md5(n::text || '${isExpired}') || 'abcdefghijk', '{"cookie":{"originalMaxAge":7776000000,"httpOnly":true,"path":"/"}}', ${expiry}, basket_id
    FROM filled`);
  await client.query('DROP TABLE filled');
}
