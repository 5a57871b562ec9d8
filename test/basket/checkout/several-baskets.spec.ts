import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop, type TestUser } from '../../support/shop.js';

describe('the checkout of a visitor with several baskets', () => {
  let shop: Shop;
  let ada: TestUser;
  let client: Client;
  let tea: Product;
  let cup: Product;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MERGE_STRATEGY: 'sum' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    [tea, cup] = [await shop.product({ unitPriceMinor: 100 }), await shop.product({ unitPriceMinor: 30 })];
    ada = await shop.user();
    client = shop.guest();
    await client.logsInAs(ada);
  });
  afterAll(() => shop.close());

  type Step = 'freeze' | 'thaw' | 'submit';
  const does = (step: Step, body?: object, headers: Record<string, string> = {}, by = client) =>
    by.sends<BasketDto & Pick<ProblemBody, 'errors'>>('POST', `/api/basket/${step}`, body, headers);
  const unknownBasket = { status: 404, body: { type: '/problems/unknown-basket' } };
  const statusOf = async (id: string | null) => {
    const [row] = await shop.sql<{ status: string }>('SELECT status FROM baskets WHERE id = $1', [id]);
    return row?.status;
  };
  /** Gives Ada a frozen basket beside her others. A login with a guest's frozen basket does it. */
  const pays = async (product: Product, quantity = 1) => {
    const guest = shop.guest();
    const { id } = await guest.adds(product, quantity);
    await does('freeze', undefined, {}, guest);
    await guest.logsInAs(ada);
    return String(id);
  };

  describe('thaw', () => {
    it('means the latest frozen basket, and merges it into the open one', async () => {
      const open = await client.adds(tea, 2);
      const [first, latest] = [await pays(tea, 3), await pays(cup)];
      await shop.sql('UPDATE products SET unit_price_minor = 110 WHERE sku = $1', [cup.sku]);

      const thawed = await does('thaw');

      expect(thawed).toMatchObject({ status: 200, body: { id: open.id, status: 'open', version: 2 } });
      expect(thawed.body).toMatchObject({ lastMerge: null, owner: 'user' });
      expect(thawed.body.lines).toMatchObject([
        { sku: tea.sku, quantity: 2 },
        { sku: cup.sku, quantity: 1, unitPriceMinor: 110, unitPriceMinorWhenAdded: 30 },
      ]);
      expect([await statusOf(first), await statusOf(latest)]).toEqual(['frozen', undefined]);
      expect((await does('thaw')).body.lines).toMatchObject([{ quantity: 5 }, { quantity: 1 }]);
      expect(await statusOf(first)).toBeUndefined();
      expect((await does('thaw')).body).toMatchObject({ id: open.id, version: 3 });
    });

    it('of a named basket leaves the others, and is 404 for any other id', async () => {
      const [first, latest] = [await pays(tea), await pays(cup)];
      const other = await shop.guestWith(tea);

      expect(await does('thaw', { basketId: first.toUpperCase() })).toMatchObject({
        status: 200,
        body: { id: first, status: 'open' },
      });
      expect(await statusOf(latest)).toBe('frozen');
      expect(await does('thaw', { basketId: first })).toMatchObject({ status: 200, body: { version: 4 } });
      for (const basketId of [(await other.basket()).id, randomUUID()]) {
        for (const step of ['freeze', 'thaw', 'submit'] as const) {
          expect(await does(step, { basketId })).toMatchObject(unknownBasket);
          expect(await does(step, { basketId }, {}, shop.guest())).toMatchObject(unknownBasket);
        }
      }
      expect((await does('thaw', { basketId: 'x' })).body.errors).toMatchObject([{ field: 'basketId' }]);
      expect((await does('thaw', { reserve: true })).status).toBe(400);
    });

    it('caps the merge at the maximum of a product, and never below the open basket', async () => {
      await shop.sql('UPDATE products SET max_quantity = 4 WHERE sku = $1', [tea.sku]);
      await client.adds(tea, 3);
      await pays(tea, 4);

      expect((await does('thaw')).body.lines).toMatchObject([{ quantity: 4 }]);
    });

    it('keeps the metadata of the open basket, and adds the members of the frozen one', async () => {
      const { id } = await client.adds(tea);
      const frozen = await pays(cup);
      await shop.sql(`UPDATE baskets SET metadata = '{"note": "mine", "a": {"b": 1}}' WHERE id = $1`, [id]);
      await shop.sql(`UPDATE baskets SET metadata = '{"note": "old", "campaign": 7}' WHERE id = $1`, [
        frozen,
      ]);

      const { metadata } = (await does('thaw')).body;

      expect(metadata).toEqual({ note: 'mine', a: { b: 1 }, campaign: 7 });
    });

    it('compares If-Match with the frozen basket, and is replayed by its key', async () => {
      const open = await client.adds(tea);
      const frozen = await pays(cup);
      const headers = { 'If-Match': `"${frozen}.3"`, 'Idempotency-Key': 'k' };

      const stale = await does('thaw', {}, { 'If-Match': `"${open.id}.1"` });
      expect(stale).toMatchObject({ status: 412, body: { basket: { id: frozen, version: 3 } } });
      expect(await does('thaw', {}, headers)).toMatchObject({
        status: 200,
        body: { id: open.id, version: 2 },
      });
      const again = await does('thaw', {}, headers);
      expect(again).toMatchObject({ status: 200, body: { id: open.id, version: 2 } });
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    });
  });

  describe('submit', () => {
    it('is ambiguous with an open and a frozen basket, or with several frozen ones', async () => {
      const open = await client.adds(cup);
      const frozen = await pays(tea, 2);
      await shop.sql('UPDATE products SET unit_price_minor = 999 WHERE sku = $1', [tea.sku]);

      expect(await does('submit')).toMatchObject({
        status: 409,
        body: {
          type: '/problems/basket-ambiguous',
          baskets: [
            { id: open.id, status: 'open', amountMinor: 30, currency: 'EUR' },
            { id: frozen, status: 'frozen', amountMinor: 200, currency: 'EUR' },
          ],
        },
      });
      await does('freeze');
      expect(await does('submit')).toMatchObject({
        status: 409,
        body: { baskets: [{ id: open.id, status: 'frozen' }, { id: frozen }] },
      });
      expect(await shop.count('baskets', `status = 'submitted'`)).toBe(0);
    });

    it('of a named basket sells that one, and the other can then be submitted without its id', async () => {
      const { id: open } = await client.adds(cup);
      const frozen = await pays(tea, 2);
      const headers = { 'Idempotency-Key': 'k', 'If-Match': `"${frozen}.3"` };
      const body = { basketId: frozen, expectedAmountMinor: 200 };

      expect(await does('submit', body, headers)).toMatchObject({ status: 200, body: { id: frozen } });

      expect(await statusOf(open)).toBe('open');
      expect(await does('submit', { basketId: frozen })).toMatchObject(unknownBasket);
      expect(await does('submit', body, headers)).toMatchObject({ status: 200, body: { id: frozen } });
      expect(await does('submit')).toMatchObject({ status: 200, body: { id: open } });
      expect(await does('submit')).toMatchObject({ status: 409, body: { type: '/problems/empty-basket' } });
    });
  });

  describe('freeze', () => {
    it('means the open basket, else the latest frozen one, which stays as it is', async () => {
      const { id: open } = await client.adds(cup);
      const frozen = await pays(tea);

      expect((await does('freeze', { basketId: frozen })).body).toMatchObject({ id: frozen, version: 3 });
      expect((await does('freeze')).body).toMatchObject({ id: open, status: 'frozen', version: 2 });
      expect((await does('freeze')).body).toMatchObject({ id: open, version: 2 });
      expect(await shop.count('baskets', `status = 'frozen' AND owner_id IS NOT NULL`)).toBe(2);
    });

    it('of a guest may name the basket of the session, and no submitted one', async () => {
      const guest = await shop.guestWith(tea);
      const basketId = (await guest.basket()).id;

      expect(await does('freeze', { basketId }, {}, guest)).toMatchObject({ body: { status: 'frozen' } });
      expect(await does('submit', { basketId }, {}, guest)).toMatchObject({ body: { id: basketId } });
      expect(await does('freeze', { basketId }, {}, guest)).toMatchObject(unknownBasket);
    });
  });

  it('shows the open basket, else the latest frozen one, which refuses adds', async () => {
    const [first, latest] = [await pays(tea), await pays(cup)];

    expect(await client.basket()).toMatchObject({ id: latest, status: 'frozen' });
    expect(await client.triesToAdd(tea)).toMatchObject({ body: { type: '/problems/basket-frozen' } });
    await does('submit', { basketId: latest });
    expect(await client.basket()).toMatchObject({ id: first, status: 'frozen' });
    await does('thaw');
    expect((await client.adds(cup)).lines).toHaveLength(2);
  });
});
