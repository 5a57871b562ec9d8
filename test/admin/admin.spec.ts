import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { OrderPageDto } from '../../src/basket/order/order.dto.js';
import type { Client, ProblemBody } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Shop } from '../support/shop.js';

describe('the admin API', () => {
  let shop: Shop;
  let admin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE sessions, baskets, products CASCADE');
    admin = await shop.admin();
  });
  afterAll(() => shop.close());

  const act = <T = ProblemBody>(client: Client, id: string | null, what: 'submit' | 'thaw', body?: object) =>
    client.sends<T>('POST', `/api/admin/baskets/${id}/${what}`, body);
  const frozen = async (client: Client) => {
    const { id } = await client.adds(await shop.product({ stock: 5 }));
    await client.sends('POST', '/api/basket/freeze');
    return id;
  };

  it('rejects guests, customers and former admins', async () => {
    const customer = shop.guest();
    await customer.logsInAs(await shop.user());
    const id = await frozen(shop.guest());
    const requests: [string, string, object?][] = [
      ['GET', '/api/admin/orders'],
      ['POST', `/api/admin/baskets/${id}/submit`],
      ['POST', `/api/admin/baskets/${id}/thaw`],
      ['PUT', `/api/admin/baskets/${id}/metadata`, { metadata: {} }],
      ['PUT', '/api/admin/products/x', { name: 'x', unitPriceMinor: 1 }],
      ['GET', '/api/admin/overview'],
      ['GET', '/api/admin/cleanup-runs'],
      ['POST', '/api/admin/cleanup-runs'],
    ];

    for (const request of requests) {
      const guest = await shop.guest().sends<ProblemBody>(...request);
      expect([guest.status, guest.body.type]).toEqual([401, '/problems/login-required']);
      const other = await customer.sends<ProblemBody>(...request);
      expect([other.status, other.body.type]).toEqual([403, '/problems/forbidden']);
    }
    await shop.sql(`UPDATE users SET role = 'customer'`);
    expect((await admin.sends('GET', '/api/admin/orders')).status).toBe(403);
    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(1);
    expect(await shop.count('products', `sku = 'x'`)).toBe(0);
  });

  it('submits a frozen basket once when its session is gone, even when it is called several times', async () => {
    const guest = shop.guest();
    const id = await frozen(guest);
    await shop.expire(guest);
    await shop.removeExpired();

    const answers = await Promise.all([1, 2, 3].map(() => act<BasketDto>(admin, id, 'submit')));

    for (const { status, body } of answers)
      expect([status, body.status, body.id]).toEqual([200, 'submitted', id]);
    expect(await shop.sql('SELECT stock FROM products')).toEqual([{ stock: 4 }]);
  });

  it('submits the basket of a guest with an active session, and the guest finds the order', async () => {
    const guest = shop.guest();
    const id = await frozen(guest);

    expect((await act(admin, id, 'submit', { expectedAmountMinor: 99 })).body.type).toBe(
      '/problems/total-changed',
    );
    expect((await act(admin, id, 'submit', { expectedAmountMinor: 100 })).status).toBe(200);

    expect((await guest.sends('GET', `/api/orders/${id}`)).status).toBe(200);
    expect(await guest.basket()).toMatchObject({ id: null });
  });

  it('thaws a frozen basket, but refuses when its session is gone', async () => {
    const [there, gone] = [shop.guest(), shop.guest()];
    const [thereId, goneId] = [await frozen(there), await frozen(gone)];
    await shop.expire(gone);
    await shop.removeExpired();

    expect(await act(admin, thereId, 'thaw')).toMatchObject({ status: 200, body: { status: 'open' } });
    expect(await act(admin, goneId, 'thaw')).toMatchObject({
      status: 409,
      body: { type: '/problems/session-expired' },
    });

    expect(await there.basket()).toMatchObject({ status: 'open' });
    expect(await shop.orphans()).toBe(0);
  });

  it('answers 404 for an unknown basket', async () => {
    expect(await act(admin, randomUUID(), 'submit')).toMatchObject({
      status: 404,
      body: { type: '/problems/unknown-basket' },
    });
    expect((await act(admin, 'x', 'thaw')).status).toBe(400);
    const { id } = await shop.guest().adds(await shop.product());
    expect(await act(admin, id, 'thaw')).toMatchObject({ status: 200, body: { status: 'open', version: 1 } });
  });

  it('lists every order once, even when an order commits late', async () => {
    const guest = shop.guest();
    const order = async () => {
      await guest.adds(await shop.product());
      return (await guest.sends<BasketDto>('POST', '/api/basket/submit')).body.id;
    };
    const list = async (cursor: string | null) =>
      (
        await admin.sends<OrderPageDto>(
          'GET',
          `/api/admin/orders?limit=2${cursor ? `&cursor=${cursor}` : ''}`,
        )
      ).body;
    const ids = [await order(), await order()];
    const first = await list(null);
    // An order gets its time before it commits. This one commits after we have read the next page.
    const late = shop.dataSource.createQueryRunner();
    await late.startTransaction();
    await late.query('SELECT pg_advisory_xact_lock_shared(2026112301)');
    await late.query(
      `INSERT INTO baskets (status, submitted_at) VALUES ('submitted', clock_timestamp()) RETURNING id`,
    );
    ids.push(await order());
    let isListed = false;
    const second = list(first.nextCursor).finally(() => (isListed = true));
    await eventually(async () => (await shop.countLocks(`locktype = 'advisory' AND NOT granted`)) === 1);
    expect(isListed).toBe(false);
    await late.commitTransaction();
    await late.release();

    expect(first.orders.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const { orders } = await second;
    expect(orders).toHaveLength(2);
    expect(orders.map(({ id }) => id)).toContain(ids[2]);
  });

  it('creates and changes products', async () => {
    const put = (body: object) => admin.sends<ProblemBody>('PUT', '/api/admin/products/A%2FB%201', body);

    expect(
      await put({ name: 'Tea', unitPriceMinor: 450, stock: 3, description: 'Two\nlines' }),
    ).toMatchObject({
      status: 200,
      body: { sku: 'A/B 1', name: 'Tea', stock: 3, imageUrl: null },
    });
    expect((await put({ name: 'Tea', unitPriceMinor: 500, isActive: false })).status).toBe(200);
    expect(await shop.sql('SELECT * FROM products')).toEqual([
      {
        sku: 'A/B 1',
        name: 'Tea',
        description: '',
        image_url: null,
        unit_price_minor: 500,
        stock: null,
        is_active: false,
        min_quantity: 1,
        max_quantity: null,
        quantity_step: 1,
        reserved: 0,
      },
    ]);

    for (const bad of [
      { name: 'Tea' },
      { name: '', unitPriceMinor: 1 },
      { name: 'Tea', unitPriceMinor: -1 },
      { name: 'Tea', unitPriceMinor: 1, stock: 1.5 },
      { name: 'Tea', unitPriceMinor: 1, isActive: null },
      { name: 'Tea', unitPriceMinor: 1, description: null },
      { name: 'Tea', unitPriceMinor: 1, imageUrl: 'javascript:alert(1)' },
    ]) {
      expect([bad, (await put(bad)).status]).toEqual([bad, 400]);
    }
  });
});
