import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { OrderDto, OrderPageDto } from '../../../src/basket/order/order.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('the checkout', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ FROZEN_TTL_SECONDS: '3600' });
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products, idempotency_keys CASCADE'));
  afterAll(() => shop.close());

  const does = (client: Client, what: 'freeze' | 'thaw' | 'submit', body?: object) =>
    client.sends<BasketDto>('POST', `/api/basket/${what}`, body);
  const fails = (client: Client, what: 'freeze' | 'thaw' | 'submit', body?: object) =>
    client.sends<ProblemBody>('POST', `/api/basket/${what}`, body);
  const orders = async (client: Client) =>
    (await client.sends<OrderPageDto>('GET', '/api/orders')).body.orders;
  const stockOf = async (sku: string) => {
    const [row] = await shop.sql<{ stock: number }>('SELECT stock FROM products WHERE sku = $1', [sku]);
    return row?.stock;
  };

  it('keeps prices and names of a frozen basket, reserves no stock, and refuses changes until it is thawed', async () => {
    const tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450, stock: 9 });
    const guest = shop.guest();
    await guest.adds(tea, 2);

    expect(await does(guest, 'freeze')).toMatchObject({
      status: 200,
      body: { status: 'frozen', version: 2 },
    });
    expect(await does(guest, 'freeze')).toMatchObject({ status: 200, body: { version: 2 } });
    await shop.sql(`UPDATE products SET unit_price_minor = 999, name = 'Dear tea'`);

    expect(await guest.triesToAdd(tea)).toMatchObject({
      status: 409,
      body: { type: '/problems/basket-frozen' },
    });
    expect(await guest.basket()).toMatchObject({
      lines: [{ name: 'Green tea', unitPriceMinor: 450, notices: [] }],
      totals: { amountMinor: 900 },
    });
    expect(await stockOf(tea.sku)).toBe(9);

    expect(await does(guest, 'thaw')).toMatchObject({
      status: 200,
      body: { status: 'open', version: 3, lines: [{ name: 'Dear tea', unitPriceMinor: 999 }] },
    });
    expect(await does(guest, 'thaw')).toMatchObject({ status: 200, body: { version: 3 } });
    await guest.adds(tea);
  });

  it('turns a submitted basket into an order with its own prices, and the next add creates a new basket', async () => {
    const tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450, stock: 9 });
    const cup = await shop.product({ stock: null });
    const guest = shop.guest();
    await guest.adds(tea, 2);
    await guest.adds(cup, 1);

    const { status, body: order } = await does(guest, 'submit', { expectedAmountMinor: 1000 });
    await shop.sql(`UPDATE products SET unit_price_minor = 1, name = 'Other', stock = 0 WHERE sku = $1`, [
      tea.sku,
    ]);

    expect(status).toBe(200);
    expect(order).toMatchObject({ status: 'submitted', expiresAt: null, totals: { amountMinor: 1000 } });
    expect(await guest.basket()).toMatchObject({ id: null, lines: [] });
    const fresh = await guest.adds(cup);
    expect(fresh.id).not.toBe(order.id);
    const found = await guest.sends<OrderDto>('GET', `/api/orders/${order.id}`);
    expect(found.body).toEqual(order);
    expect(found.body).toMatchObject({
      id: order.id,
      owner: 'guest',
      lines: [{ name: 'Green tea', unitPriceMinor: 450, quantity: 2, notices: [] }, { sku: cup.sku }],
      totals: { amountMinor: 1000 },
      submittedAt: expect.any(String) as unknown,
    });
    expect((await orders(guest)).map(({ id }) => id)).toEqual([order.id]);
  });

  it('sells exactly the last 5 pieces when 20 baskets are submitted in parallel, and none blocks another', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: 100 })];
    const ada = await shop.user();
    const clients = Array.from({ length: 20 }, () => shop.guest());
    for (const [n, client] of clients.entries()) {
      await client.adds(n % 2 ? tea : cup);
      await client.adds(n % 2 ? cup : tea);
    }
    await clients[0]?.logsInAs(ada);

    const answers = await Promise.all(clients.map((client) => fails(client, 'submit')));

    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
    for (const { status, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.type, body.skus, body.available]).toEqual([
        409,
        '/problems/insufficient-stock',
        [tea.sku],
        0,
      ]);
    }
    expect([await stockOf(tea.sku), await stockOf(cup.sku)]).toEqual([0, 95]);
    expect(await shop.count('baskets', `status = 'open'`)).toBe(15);
  });

  it('refuses a submit when a line cannot be bought, the total differs, or the basket is empty', async () => {
    const [tea, cup] = [await shop.product({ unitPriceMinor: 100 }), await shop.product()];
    const guest = shop.guest();
    expect(await fails(guest, 'submit')).toMatchObject({
      status: 409,
      body: { type: '/problems/empty-basket' },
    });
    expect(await fails(guest, 'freeze')).toMatchObject({
      status: 409,
      body: { type: '/problems/empty-basket' },
    });
    expect(guest.sessionId).toBeUndefined();
    await guest.adds(tea, 2);
    await guest.adds(cup);
    await shop.sql('UPDATE products SET is_active = false WHERE sku = $1', [cup.sku]);

    const gone = await fails(guest, 'submit');
    expect(gone).toMatchObject({ status: 409, body: { type: '/problems/unavailable', skus: [cup.sku] } });
    await guest.removes(cup);
    const changed = await fails(guest, 'submit', { expectedAmountMinor: 199 });
    expect(changed).toMatchObject({
      status: 409,
      body: {
        type: '/problems/total-changed',
        basket: { totals: { amountMinor: 200 }, lines: [{ quantity: 2 }] },
      },
    });
    expect((await fails(guest, 'submit', { expectedAmountMinor: -1 })).status).toBe(400);
    expect(await guest.basket()).toMatchObject({ status: 'open', version: 3 });
    expect(await does(guest, 'submit', { expectedAmountMinor: 200 })).toMatchObject({ status: 200 });
    expect((await fails(guest, 'submit')).status).toBe(409);
  });

  it('submits a frozen basket at its pinned price', async () => {
    const tea = await shop.product({ unitPriceMinor: 450 });
    const guest = shop.guest();
    await guest.adds(tea);
    await does(guest, 'freeze');
    await shop.sql('UPDATE products SET unit_price_minor = 999');

    expect(await does(guest, 'submit', { expectedAmountMinor: 450 })).toMatchObject({
      status: 200,
      body: { status: 'submitted', totals: { amountMinor: 450 } },
    });
  });

  it('keeps a frozen basket for its time after its session ends; then the cleanup removes it', async () => {
    const tea = await shop.product();
    const [paying, forgotten] = [shop.guest(), shop.guest()];
    for (const guest of [paying, forgotten]) {
      await guest.adds(tea);
      await does(guest, 'freeze');
    }
    await shop.expireAll();
    expect(await shop.removeExpired()).toMatchObject({ sessions: 2, baskets: 0 });
    expect(await shop.count('baskets')).toBe(2);

    await shop.sql(
      `UPDATE baskets SET frozen_at = now() - interval '3601 s' WHERE id = (SELECT id FROM baskets LIMIT 1)`,
    );
    expect(await shop.removeExpired()).toMatchObject({ sessions: 0, baskets: 1 });
    expect(await shop.count('baskets')).toBe(1);
    expect(await shop.count('basket_lines')).toBe(1);
  });

  it('thaws a basket that was frozen too long when it has an owner, and keeps it while its session is active', async () => {
    const tea = await shop.product({ unitPriceMinor: 450 });
    const ada = await shop.user();
    const [user, guest] = [shop.guest(), shop.guest()];
    await user.logsInAs(ada);
    for (const client of [user, guest]) {
      await client.adds(tea);
      await does(client, 'freeze');
    }
    await shop.sql(`UPDATE products SET unit_price_minor = 500`);
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '3601 s'`);
    await shop.sql(`UPDATE baskets SET last_merge = '{}' WHERE owner_id = $1`, [ada.id]);

    expect(await shop.removeExpired()).toMatchObject({ baskets: 0 });

    expect(await user.basket()).toMatchObject({
      status: 'open',
      version: 3,
      lastMerge: null,
      lines: [{ unitPriceMinor: 500 }],
    });
    expect(await guest.basket()).toMatchObject({ status: 'frozen', lines: [{ unitPriceMinor: 450 }] });
  });

  describe('an order', () => {
    const ordered = async (client: Client) => {
      await client.adds(await shop.product());
      return (await does(client, 'submit')).body;
    };

    it('is visible to its visitor only', async () => {
      const [guest, other, user] = [shop.guest(), shop.guest(), shop.guest()];
      await user.logsInAs(await shop.user());
      const [mine, theirs] = [await ordered(guest), await ordered(user)];
      await ordered(other);

      for (const [client, id] of [
        [other, mine.id],
        [guest, theirs.id],
        [user, mine.id],
        [shop.guest(), mine.id],
      ] as const) {
        const answer = await client.sends<ProblemBody>('GET', `/api/orders/${id}`);
        expect([answer.status, answer.body.type]).toEqual([404, '/problems/unknown-order']);
      }
      expect((await orders(user)).map(({ id }) => id)).toEqual([theirs.id]);
      expect(await orders(shop.guest())).toEqual([]);
      expect((await guest.sends('GET', '/api/orders/1')).status).toBe(400);
      expect((await guest.sends('GET', `/api/orders?cursor=x`)).status).toBe(400);
      const open = await guest.adds(await shop.product());
      expect((await guest.sends('GET', `/api/orders/${open.id}`)).status).toBe(404);
    });

    it('moves to the user when the guest who submitted it logs in', async () => {
      const guest = shop.guest();
      const { id } = await ordered(guest);
      const late = guest.tab();

      await guest.logsInAs(await shop.user());

      expect(await orders(guest)).toMatchObject([{ id, owner: 'user' }]);
      expect(await orders(late)).toEqual([]);
    });

    it('stays when the session that submitted it expires', async () => {
      const { id } = await ordered(shop.guest());
      await shop.expireAll();

      expect(await shop.removeExpired()).toMatchObject({ sessions: 1, baskets: 0 });

      expect(await shop.sql('SELECT id, submitted_session_id FROM baskets')).toEqual([
        { id, submitted_session_id: null },
      ]);
    });

    it('is listed page by page, oldest first', async () => {
      const guest = shop.guest();
      const ids = [];
      for (let n = 0; n < 5; n++) ids.push((await ordered(guest)).id);

      const found = [];
      for (let cursor = '', more = true; more;) {
        const { body } = await guest.sends<OrderPageDto>('GET', `/api/orders?limit=2${cursor}`);
        found.push(...body.orders.map(({ id }) => id));
        more = body.nextCursor !== null;
        cursor = `&cursor=${body.nextCursor}`;
      }

      expect(found).toEqual(ids);
    });
  });
});
