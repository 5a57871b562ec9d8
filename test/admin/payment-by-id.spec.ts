import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { Shop, type TestUser } from '../support/shop.js';

/** The shop's back end knows the basket's id from the payment. */
describe('the callback of a payment', () => {
  let shop: Shop;
  let admin: Client;
  let ada: TestUser;
  let tea: Product;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    admin = await shop.admin();
    ada = await shop.user();
    tea = await shop.product({ unitPriceMinor: 450, stock: 100 });
  });
  afterAll(() => shop.close());

  const act = (id: string, what: 'submit' | 'thaw', body?: object) =>
    admin.sends<BasketDto>('POST', `/api/admin/baskets/${id}/${what}`, body);
  const pays = async (quantity = 1) => {
    const guest = shop.guest();
    const { id } = await guest.adds(tea, quantity);
    await guest.sends('POST', '/api/basket/freeze');
    return { guest, id: String(id) };
  };
  const stock = async () => (await shop.sql<{ stock: number }>('SELECT stock FROM products'))[0]?.stock;

  it('submits what was paid for before and after a login, also beside an open basket', async () => {
    const { guest, id } = await pays(2);
    const user = shop.guest();
    await user.logsInAs(ada);
    await user.adds(tea, 5);
    await shop.sql('UPDATE products SET unit_price_minor = 999');
    await guest.logsInAs(ada);

    const answers = [
      await act(id, 'submit', { expectedAmountMinor: 900 }),
      await act(id.toUpperCase(), 'submit'),
    ];

    for (const { status, body } of answers) {
      expect([status, body.id, body.owner, body.totals.amountMinor]).toEqual([200, id, 'user', 900]);
    }
    expect((await user.sends('GET', `/api/orders/${id}`)).status).toBe(200);
    expect([await user.quantities(), await stock()]).toEqual([{ [tea.sku]: 5 }, 98]);
  });

  it('submits and thaws each of several frozen baskets of a user', async () => {
    const payments = [await pays(1), await pays(2), await pays(3)] as const;
    for (const { guest } of payments) await guest.logsInAs(ada);
    const [first, second, third] = payments;

    expect(await act(second.id, 'submit')).toMatchObject({ status: 200, body: { totals: { quantity: 2 } } });
    expect(await act(first.id, 'thaw')).toMatchObject({
      status: 200,
      body: { id: first.id, status: 'open' },
    });
    // The strategy `max` merges 1 and 3 pieces.
    expect(await act(third.id, 'thaw')).toMatchObject({
      status: 200,
      body: { id: first.id, status: 'open', owner: 'user', lines: [{ quantity: 3 }], lastMerge: null },
    });
    expect((await act(third.id, 'thaw')).status).toBe(404);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 3 });
    expect(await stock()).toBe(98);
  });

  it('submits after the end of the session, and after the erasure of the user', async () => {
    const [ended, erased] = [await pays(1), await pays(2)];
    await shop.sql(`UPDATE baskets SET metadata = '{"contact": "ada"}'`);
    await shop.expire(ended.guest);
    await shop.removeExpired();
    await erased.guest.logsInAs(ada);
    await erased.guest.sends('DELETE', '/api/auth/me');

    for (const { id } of [ended, erased]) {
      const refused = await act(id, 'thaw');
      expect(refused).toMatchObject({ status: 409, body: { type: '/problems/session-expired' } });
      expect(await act(id, 'submit')).toMatchObject({ status: 200, body: { id, owner: 'guest' } });
    }

    expect(await shop.sql('SELECT owner_id, metadata FROM baskets ORDER BY id')).toEqual([
      { owner_id: null, metadata: { contact: 'ada' } },
      { owner_id: null, metadata: {} },
    ]);
    expect(await stock()).toBe(97);
    expect(await shop.orphans()).toBe(0);
  });

  it('keeps the metadata of both baskets when it thaws one into the other', async () => {
    const { guest, id } = await pays();
    const user = shop.guest();
    await user.logsInAs(ada);
    const open = await user.adds(tea);
    await shop.sql(`UPDATE baskets SET metadata = '{"note": "guest", "gift": true}' WHERE id = $1`, [id]);
    await shop.sql(`UPDATE baskets SET metadata = '{"note": "user"}' WHERE id = $1`, [open.id]);
    await guest.logsInAs(ada);

    expect((await act(id, 'thaw')).body).toMatchObject({
      id: open.id,
      metadata: { note: 'user', gift: true },
    });
  });
});
