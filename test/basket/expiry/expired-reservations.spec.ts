import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client } from '../../support/client.js';
import { whileLocked } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

const HOUR = 3_600_000;

describe('the cleanup of reservations', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ CLEANUP_BATCH_SIZE: '4' });
  });
  beforeEach(() => shop.sql('TRUNCATE users, sessions, baskets, products, stock_reservations CASCADE'));
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => shop.close());

  const holder = async (...products: Product[]) => {
    const client = shop.guest();
    for (const product of products) await client.adds(product);
    await client.sends('POST', '/api/basket/freeze', { reserve: true });
    return client;
  };
  const expire = async (client: Client) =>
    shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s' WHERE basket_id = $1`, [
      (await client.basket()).id,
    ]);
  const reservedOf = async ({ sku }: Product) => {
    const [row] = await shop.sql<{ reserved: number }>('SELECT reserved FROM products WHERE sku = $1', [sku]);
    return row?.reserved;
  };

  it('removes the expired ones through all batches, and keeps the others and the baskets', async () => {
    const [tea, cup] = [await shop.product({ stock: 20 }), await shop.product({ stock: 20 })];
    for (let n = 0; n < 7; n++) await expire(await holder(tea, cup));
    await holder(tea);
    await expire(await holder(cup));

    expect(await shop.removeExpired()).toEqual({
      sessions: 0,
      baskets: 0,
      failures: 0,
      stopReason: 'drained',
    });

    expect([await reservedOf(tea), await reservedOf(cup)]).toEqual([1, 0]);
    expect(await shop.count('stock_reservations')).toBe(1);
    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(9);
  });

  it('subtracts each one once when two instances run in parallel', async () => {
    const other = await shop.instance();
    const [tea, cup] = [await shop.product({ stock: 20 }), await shop.product({ stock: 20 })];
    for (let n = 0; n < 12; n++) await expire(await holder(tea, cup));
    await holder(tea, cup);

    await Promise.all([shop, other, shop, other].map((instance) => instance.removeExpired()));

    expect([await reservedOf(tea), await reservedOf(cup)]).toEqual([1, 1]);
  });

  it('keeps one that is prolonged while the cleanup waits for its product', async () => {
    const tea = await shop.product({ stock: 5 });
    await expire(await holder(tea));

    await whileLocked(
      shop,
      ['SELECT FROM products WHERE sku = $1 FOR NO KEY UPDATE', [tea.sku]],
      () => [shop.removeExpired()],
      (lock) => lock.does(`UPDATE stock_reservations SET expires_at = now() + interval '1 hour'`),
    );

    expect(await reservedOf(tea)).toBe(1);
    expect(await shop.count('stock_reservations')).toBe(1);
  });

  it('removes none while the clocks differ', async () => {
    const tea = await shop.product({ stock: 5 });
    await expire(await holder(tea));
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + HOUR);

    await expect(shop.removeExpired()).rejects.toMatchObject({ type: 'clock-differs' });

    expect(await reservedOf(tea)).toBe(1);
    expect(await shop.count('stock_reservations')).toBe(1);
  });
});
