import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { OrderPageDto } from '../../../src/basket/order/order.dto.js';
import type { Client } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('the stamp of an order', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products CASCADE'));
  afterAll(() => shop.close());

  const order = async (client: Client) => {
    await client.adds(await shop.product());
    return (await client.sends<BasketDto>('POST', '/api/basket/submit')).body.id;
  };
  const page = async (client: Client, path: string, cursor: string | null) =>
    (await client.sends<OrderPageDto>('GET', `${path}?limit=1${cursor ? `&cursor=${cursor}` : ''}`)).body;
  /** The stamps, oldest order first, and whether each stamp is later than the one before. */
  const strictlyIncreasing = async (ids: (string | null)[]) => {
    const [row] = await shop.sql<{ isIncreasing: boolean }>(
      `SELECT bool_and(later) AS "isIncreasing" FROM (
         SELECT submitted_at > lag(submitted_at, 1, '-infinity') OVER (ORDER BY array_position($1, id)) AS later
         FROM baskets WHERE id = ANY ($1::uuid[])) AS compared`,
      [ids],
    );
    return row?.isIncreasing;
  };
  /** Simulates a failover: the database's clock is behind the stamp of an order. */
  const moveClockBehind = (id: string | null, by: string) =>
    shop.sql('UPDATE baskets SET submitted_at = now() + $2::interval WHERE id = $1', [id, by]);

  it.each(['1 hour', '14 years'])(
    "is later than all earlier ones, so the shop's list misses no order, even when the clock is behind by %s",
    async (by) => {
      const admin = await shop.admin();
      const ids = [await order(shop.guest())];
      await moveClockBehind(ids[0] ?? null, by);
      let { orders, nextCursor } = await page(admin, '/api/admin/orders', null);
      expect(orders.map(({ id }) => id)).toEqual(ids);

      for (let n = 0; n < 3; n++) {
        ids.push(await order(shop.guest()));
        ({ orders, nextCursor } = await page(admin, '/api/admin/orders', nextCursor));
        expect(orders.map(({ id }) => id)).toEqual(ids.slice(-1));
      }

      expect(await strictlyIncreasing(ids)).toBe(true);
    },
  );

  it("is later than all earlier ones in a visitor's own list, even when the clock is behind", async () => {
    const guest = shop.guest();
    const ids = [await order(guest)];
    await moveClockBehind(ids[0] ?? null, '1 hour');
    const first = await page(guest, '/api/orders', null);

    ids.push(await order(guest));

    const second = await page(guest, '/api/orders', first.nextCursor);
    expect([...first.orders, ...second.orders].map(({ id }) => id)).toEqual(ids);
    expect(await strictlyIncreasing(ids)).toBe(true);
  });

  it('lets the list show parallel orders once each, even when the clock is behind', async () => {
    const admin = await shop.admin();
    const first = await order(shop.guest());
    await moveClockBehind(first, '1 hour');
    let { nextCursor } = await page(admin, '/api/admin/orders', null);

    const ids = await Promise.all(Array.from({ length: 8 }, () => order(shop.guest())));

    const listed: (string | null)[] = [];
    for (let orders = [{ id: '' }] as { id: string | null }[]; orders.length > 0;) {
      const found = await page(admin, '/api/admin/orders', nextCursor);
      ({ orders } = found);
      nextCursor = found.nextCursor ?? nextCursor;
      listed.push(...orders.map(({ id }) => id));
    }
    expect(listed.toSorted()).toEqual(ids.toSorted());
  });
});
