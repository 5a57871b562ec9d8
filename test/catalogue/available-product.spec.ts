import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProductDto, ProductPageDto } from '../../src/catalogue/product.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import { Shop } from '../support/shop.js';
import { StatementCounter } from '../support/statement-counter.js';

describe('the available pieces of a product', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE products CASCADE'));
  afterAll(async () => {
    await shop.sql('TRUNCATE products CASCADE');
    await shop.close();
  });

  const reserve = async ({ sku }: Product, quantity: number, seconds = 900) => {
    await shop.sql(
      `INSERT INTO stock_reservations (basket_id, sku, quantity, expires_at)
       VALUES ($1, $2, $3, now() + make_interval(secs => $4))`,
      [randomUUID(), sku, quantity, seconds],
    );
    await shop.sql('UPDATE products SET reserved = reserved + $2 WHERE sku = $1', [sku, quantity]);
  };
  const get = async ({ sku }: Product) =>
    (await shop.guest().sends<ProductDto>('GET', `/api/products/${sku}`)).body;
  const list = async (query = '') =>
    (await shop.guest().sends<ProductPageDto>('GET', `/api/products${query}`)).body.products;

  it('are the stock without the unexpired reservations, in the list and for the single product', async () => {
    const tea = await shop.product({ name: 'Tea', stock: 9 });
    const cup = await shop.product({ name: 'Cup', stock: 4 });
    for (const [quantity, seconds] of [
      [2, 900],
      [3, 60],
      [1, -1],
    ] as const) {
      await reserve(tea, quantity, seconds);
    }

    expect(await get(tea)).toMatchObject({ stock: 9, available: 4 });
    expect(await get(cup)).toMatchObject({ stock: 4, available: 4 });
    expect((await list()).map(({ name, stock, available }) => [name, stock, available])).toEqual([
      ['Cup', 4, 4],
      ['Tea', 9, 4],
    ]);
    expect((await list('?q=tea')).map(({ available }) => available)).toEqual([4]);
  });

  it('are all of the stock when each reservation has expired', async () => {
    const tea = await shop.product({ stock: 9 });
    await reserve(tea, 9, -1);

    expect((await get(tea)).available).toBe(9);
  });

  it('are never below 0', async () => {
    const tea = await shop.product({ stock: 2 });
    await reserve(tea, 5);

    expect(await get(tea)).toMatchObject({ stock: 2, available: 0 });
  });

  it('are null when the stock is not tracked, also with reservations from before', async () => {
    const tea = await shop.product({ stock: null });
    const cup = await shop.product({ stock: null });
    await reserve(cup, 5);

    expect([(await get(tea)).available, (await get(cup)).available]).toEqual([null, null]);
  });

  it('are in the answers to an admin', async () => {
    const admin = await shop.admin();
    const tea = await shop.product({ stock: 9 });
    await reserve(tea, 4);
    const path = `/api/admin/products/${tea.sku}`;

    const patched = await admin.sends<ProductDto>('PATCH', path, { stockChange: 1 });
    const put = await admin.sends<ProductDto>('PUT', path, { name: 'Tea', unitPriceMinor: 1, stock: 5 });

    expect(patched.body).toMatchObject({ stock: 10, available: 6 });
    expect(put.body).toMatchObject({ stock: 5, available: 1 });
    expect(Object.keys({ ...patched.body, ...put.body, ...(await get(tea)) })).not.toContain('reserved');
  });

  it('change the tag of a response', async () => {
    const tea = await shop.product({ stock: 9 });
    const paths = ['/api/products', `/api/products/${tea.sku}`];
    const tagsOf = async () => {
      const answers = await Promise.all(paths.map((path) => fetch(shop.url + path)));
      return answers.map(({ headers }) => headers.get('etag') ?? '');
    };
    const statuses = async (tags: string[]) => {
      const headers = (at: number) => ({ 'If-None-Match': tags[at] ?? '' });
      const read = paths.map((path, at) => fetch(shop.url + path, { headers: headers(at) }));
      return (await Promise.all(read)).map(({ status }) => status);
    };
    const before = await tagsOf();

    await reserve(tea, 4);
    const reserved = await statuses(before);
    const during = await tagsOf();
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);

    expect(reserved).toEqual([200, 200]);
    expect(await statuses(during)).toEqual([200, 200]);
    expect(await statuses(before)).toEqual([304, 304]);
  });

  it('cost one statement, which counts reservations only of the products that have some', async () => {
    for (let n = 0; n < 30; n++) await shop.product({ stock: 9 });
    await reserve(await shop.product({ name: 'A', stock: 9 }), 4);
    const counter = await StatementCounter.before(shop.databaseUrl);
    const counted = await shop.instance({ DATABASE_URL: counter.url });

    const statements = await counter.during(() => fetch(`${counted.url}/api/products?limit=20`));
    await counter.close();

    expect(statements).toHaveLength(1);
    const rows = await shop.sql(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) ${statements[0]}`);
    const plan = rows.map((row) => Object.values(row)[0] as string).join('\n');
    expect(plan).toMatch(/SubPlan 1\s+->\s+Aggregate \([^)]*loops=1\)/);
  });
});
