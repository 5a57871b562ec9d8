import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { LoginDto } from '../../src/auth/login/login.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { whileLocked } from '../support/row-lock.js';
import { Shop, type TestUser } from '../support/shop.js';

const ROUNDS = 6;

describe('a frozen basket, with parallel requests on two instances', () => {
  let shop: Shop;
  let other: Shop;
  let admin: Client;
  let ada: TestUser;
  let tea: Product;
  let deadlocks: number;
  const settings = { BASKET_MERGE_STRATEGY: 'sum', FROZEN_TTL_SECONDS: '3600' };
  beforeAll(async () => {
    shop = await Shop.open(settings);
    other = await shop.instance(settings);
    deadlocks = await countDeadlocks();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    admin = await shop.admin();
    ada = await shop.user();
    tea = await shop.product({ unitPriceMinor: 100, stock: 10_000 });
  });
  afterAll(async () => {
    expect(await countDeadlocks()).toBe(deadlocks);
    await shop.close();
  });

  const countDeadlocks = async () => {
    const sql = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';
    const [row] = await shop.sql<{ deadlocks: number }>(sql);
    return row?.deadlocks ?? NaN;
  };
  const pays = async (quantity: number) => {
    const guest = shop.guest();
    const { id } = await guest.adds(tea, quantity);
    await guest.sends('POST', '/api/basket/freeze');
    return { guest, id: String(id) };
  };
  const logsIn = (client: Client, { email, password } = ada) =>
    client.sends<LoginDto>('POST', '/api/auth/login', { email, password });
  const submitsById = (id: string, client = admin) =>
    client.sends<BasketDto>('POST', `/api/admin/baskets/${id}/submit`, { expectedAmountMinor: 300 });
  const user = async () => {
    const client = shop.guest();
    await client.logsInAs(ada);
    return client;
  };
  const rows = () =>
    shop.sql<{ id: string; status: string; quantity: number }>(
      'SELECT id, status, quantity FROM baskets JOIN basket_lines ON id = basket_id ORDER BY status',
    );
  const ageAll = () =>
    shop.sql(`UPDATE baskets SET frozen_at = now() - interval '3601 s' WHERE status = 'frozen'`);

  it('goes once to the user when its guest logs in several times', async () => {
    const { guest, id } = await pays(3);

    const answers = await whileLocked(
      shop,
      ['SELECT FROM sessions WHERE id = $1 FOR UPDATE', [guest.sessionId]],
      () => [shop, other, shop, other].map(({ url }) => logsIn(guest.tab(url))),
    );

    const reports = answers.map(({ body }) => body.basket);
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['assigned', 'none', 'none', 'none']);
    expect(reports.filter(({ paymentUnderWay }) => paymentUnderWay)).toHaveLength(1);
    expect(await rows()).toEqual([{ id, status: 'frozen', quantity: 3 }]);
    expect(await shop.count('baskets', `owner_id = '${ada.id}'`)).toBe(1);
  });

  it('of several guests all belong to the user who logs in from everywhere at once', async () => {
    const payments = await Promise.all([1, 2, 3, 4, 5, 6].map((quantity) => pays(quantity)));

    await Promise.all(payments.map(({ guest }, n) => logsIn(guest.tab(n % 2 ? shop.url : other.url))));

    expect(await shop.count('baskets', `owner_id = '${ada.id}' AND status = 'frozen'`)).toBe(6);
  });

  it('is thawed by its guest or given to the user, and its lines are kept either way', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await shop.sql('DELETE FROM baskets');
      ada = await shop.user();
      const client = await user();
      await client.adds(tea, 1);
      const { guest, id } = await pays(3);

      const [login, thaw] = await Promise.all([
        logsIn(guest.tab()),
        guest.tab(other.url).sends('POST', '/api/basket/thaw'),
      ]);

      expect(login.status).toBe(200);
      const { paymentUnderWay, outcome } = login.body.basket;
      if (thaw.status === 200)
        expect([outcome, await shop.basketOf(ada)]).toEqual(['merged', { [tea.sku]: 4 }]);
      else {
        expect([thaw.status, paymentUnderWay]).toEqual([409, true]);
        expect(await shop.count('baskets', `id = '${id}' AND status = 'frozen'`)).toBe(1);
        expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 1 });
      }
    }
  });

  it('is submitted by its id while its guest logs in', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const { guest, id } = await pays(3);

      const [login, ...orders] = await Promise.all([
        logsIn(guest.tab(other.url)),
        submitsById(id),
        submitsById(id, admin.tab(other.url)),
      ]);

      expect([login.status, ...orders.map(({ status }) => status)]).toEqual([200, 200, 200]);
      expect(orders.map(({ body }) => body.id)).toEqual([id, id]);
      expect((await (await user()).sends('GET', `/api/orders/${id}`)).status).toBe(200);
    }
    expect(await shop.sql('SELECT stock FROM products')).toEqual([{ stock: 10_000 - 3 * ROUNDS }]);
  });

  it('waits for a login that holds the session, and then submits the basket of the user', async () => {
    const { guest, id } = await pays(3);

    const [login, order] = await whileLocked<{ status: number; body: object }>(
      shop,
      ['SELECT FROM sessions WHERE id = $1 FOR UPDATE', [guest.sessionId]],
      () => [logsIn(guest.tab()), submitsById(id, admin.tab(other.url))],
    );

    expect([login?.status, order?.status]).toEqual([200, 200]);
    expect(order?.body).toMatchObject({ id, status: 'submitted' });
  });

  it('is thawed at the end of its time while the user adds, and no line is lost or doubled', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await shop.sql('DELETE FROM baskets');
      ada = await shop.user();
      const client = await user();
      await client.adds(tea, 1);
      for (const quantity of [10, 20]) await (await pays(quantity)).guest.logsInAs(ada);
      await ageAll();

      const [, , ...adds] = await Promise.all([
        shop.removeExpired(),
        other.removeExpired(),
        ...Array.from({ length: 10 }, (_, n) => client.tab(n % 2 ? shop.url : other.url).triesToAdd(tea, 1)),
      ]);

      expect(adds.map(({ status }) => status)).toEqual(Array<number>(10).fill(201));
      // A busy owner is skipped, so a later run takes the basket.
      await shop.removeExpired();
      expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 1 + 10 + 20 + 10 });
      expect(await shop.count('baskets')).toBe(1);
    }
  });

  it('is thawed by the user and by the back end at once, and its lines are merged once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await shop.sql('DELETE FROM baskets');
      ada = await shop.user();
      const client = await user();
      await client.adds(tea, 1);
      const payments = [await pays(10), await pays(20)];
      for (const { guest } of payments) await guest.logsInAs(ada);

      const answers = await Promise.all([
        client.tab().sends('POST', '/api/basket/thaw'),
        client.tab(other.url).sends('POST', '/api/basket/thaw'),
        ...payments.map(({ id }) => admin.sends('POST', `/api/admin/baskets/${id}/thaw`)),
        client.tab(other.url).triesToAdd(tea, 1),
      ]);

      for (const { status } of answers) expect([200, 201, 404]).toContain(status);
      expect(await rows()).toMatchObject([{ status: 'open', quantity: 1 + 10 + 20 + 1 }]);
    }
  });

  it('is submitted by its callback while its user is erased', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      ada = await shop.user();
      const { guest, id } = await pays(3);
      await guest.logsInAs(ada);

      const [erased, order] = await Promise.all([
        guest.tab(other.url).sends('DELETE', '/api/auth/me'),
        submitsById(id),
      ]);

      expect([erased.status, order.status]).toEqual([204, 200]);
      expect(order.body).toMatchObject({ id, status: 'submitted', totals: { amountMinor: 300 } });
    }
    expect(await shop.count('baskets', `owner_id IS NULL AND status = 'submitted'`)).toBe(ROUNDS);
    expect(await shop.sql('SELECT stock FROM products')).toEqual([{ stock: 10_000 - 3 * ROUNDS }]);
  });
});
