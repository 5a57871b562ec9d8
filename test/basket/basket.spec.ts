import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { Shop } from '../support/shop.js';

describe('the basket of a guest', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_LINES: '3' });
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products CASCADE'));
  afterAll(() => shop.close());

  it('is empty before the first add, and a read stores nothing and sets no cookie', async () => {
    const guest = shop.guest();

    const { status, body, headers } = await guest.sends('GET', '/api/basket');

    expect(status).toBe(200);
    expect(body).toEqual({
      id: null,
      status: 'open',
      owner: 'guest',
      currency: 'EUR',
      version: 0,
      lines: [],
      totals: { lines: 0, quantity: 0, amountMinor: 0, unavailableLines: 0 },
      metadata: {},
      reservedUntil: null,
      lastMerge: null,
      expiresAt: null,
    });
    expect(headers.getSetCookie()).toEqual([]);
    expect(headers.get('etag')).toBe('"none"');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await shop.count('sessions')).toBe(0);
    expect(await shop.count('baskets')).toBe(0);
  });

  it('is the Location of each add, and no other response has one', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    const key = { 'Idempotency-Key': 'once' };
    const line = { sku: tea.sku, quantity: 1 };
    const adds = [];
    for (const headers of [key, key, {}]) {
      adds.push(await guest.sends<BasketDto>('POST', '/api/basket/lines?x=y', line, headers));
    }
    const set = await guest.sends('PUT', `/api/basket/lines/${tea.sku}`, { quantity: 2 });
    const refused = await guest.triesToAdd({ sku: 'NONE' });

    for (const { status, headers, body } of adds) {
      expect([status, headers.get('location')]).toEqual([201, '/api/basket']);
      const found = await guest.sends('GET', headers.get('location') ?? '');
      expect(found).toMatchObject({ status: 200, body: { id: body.id } });
    }
    for (const { headers } of [set, refused]) expect(headers.get('location')).toBeNull();
  });

  it('is created by the first add, together with the session', async () => {
    const tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450 });
    const guest = shop.guest();

    const { status, body, headers } = await guest.triesToAdd(tea, 2);

    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'open',
      owner: 'guest',
      version: 1,
      lines: [
        {
          sku: tea.sku,
          name: 'Green tea',
          quantity: 2,
          unitPriceMinor: 450,
          unitPriceMinorWhenAdded: 450,
          lineTotalMinor: 900,
          notices: [],
        },
      ],
      totals: { lines: 1, quantity: 2, amountMinor: 900, unavailableLines: 0 },
    });
    expect(headers.get('etag')).toBe(`"${String(body.id)}.1"`);
    const rows = await shop.sql(
      'SELECT b.id FROM sessions s JOIN baskets b ON b.id = s.basket_id WHERE s.id = $1',
      [guest.sessionId],
    );
    expect(rows).toEqual([{ id: body.id }]);
    expect(await guest.basket()).toEqual(body);
  });

  it('gains lines by adds, changes quantities by sets, and loses lines by removals', async () => {
    const [tea, cup] = [await shop.product(), await shop.product({ unitPriceMinor: 250 })];
    const guest = shop.guest();
    await guest.adds(tea, 2);

    await guest.adds(tea, 3);
    await guest.adds(cup, 1);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 5, [cup.sku]: 1 });

    await guest.sets(tea, 4);
    const afterRemoval = await guest.removes(cup);
    expect(afterRemoval).toMatchObject({ version: 5, totals: { lines: 1, quantity: 4, amountMinor: 400 } });
    expect((await guest.sets(tea, 0)).lines).toEqual([]);
    expect(await shop.count('basket_lines')).toBe(0);
  });

  it('does not change when a product that it does not hold is removed', async () => {
    const [tea, cup] = [await shop.product(), await shop.product()];
    const guest = shop.guest();
    const before = await guest.adds(tea);

    expect(await guest.removes(cup)).toMatchObject({ version: before.version, lines: before.lines });
    expect(await guest.sets(cup, 0)).toMatchObject({ version: before.version });
    expect(await shop.guest().removes(cup)).toMatchObject({ id: null });
  });

  it('is deleted with all its lines when it is cleared, and the next add creates a new one', async () => {
    const tea = await shop.product();
    const [guest, other] = [shop.guest(), shop.guest()];
    const { id } = await guest.adds(tea);
    await other.adds(tea, 7);

    expect((await guest.sends('DELETE', '/api/basket')).status).toBe(204);
    expect((await guest.sends('DELETE', '/api/basket')).status).toBe(204);

    expect(await shop.count('baskets')).toBe(1);
    expect(await other.quantities()).toEqual({ [tea.sku]: 7 });
    const started = await guest.adds(tea);
    expect(started.id).not.toBe(id);
    expect(await shop.count('sessions')).toBe(2);
  });

  it('is created by a set, but not by a removal', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    const remover = shop.guest();

    expect((await guest.sets(tea, 3)).lines).toMatchObject([{ sku: tea.sku, quantity: 3 }]);
    await remover.sets(tea, 0);
    await remover.sends('DELETE', '/api/basket');

    expect(remover.sessionId).toBeUndefined();
    expect(await shop.count('sessions')).toBe(1);
  });

  it('shows present and former prices, and excludes lines that cannot be bought from the amount', async () => {
    const tea = await shop.product({ unitPriceMinor: 430 });
    const cup = await shop.product({ unitPriceMinor: 1000, stock: 5 });
    const pot = await shop.product({ unitPriceMinor: 5000 });
    const guest = shop.guest();
    await guest.adds(tea, 2);
    await guest.adds(cup, 5);
    await guest.adds(pot, 1);

    await shop.sql('UPDATE products SET unit_price_minor = 450 WHERE sku = $1', [tea.sku]);
    await shop.sql('UPDATE products SET stock = 4 WHERE sku = $1', [cup.sku]);
    await shop.sql('DELETE FROM products WHERE sku = $1', [pot.sku]);

    expect(await guest.basket()).toMatchObject({
      version: 3,
      lines: [
        { sku: tea.sku, unitPriceMinor: 450, unitPriceMinorWhenAdded: 430, notices: ['price-changed'] },
        { sku: cup.sku, notices: ['insufficient-stock'] },
        { sku: pot.sku, name: pot.sku, unitPriceMinor: 5000, notices: ['unavailable'] },
      ],
      totals: { lines: 3, quantity: 8, amountMinor: 900, unavailableLines: 2 },
    });
  });

  describe('refuses, without storing anything,', () => {
    const refused = async (answer: Promise<{ status: number; body: { type: string } }>) => {
      const { status, body } = await answer;
      expect(await shop.count('sessions')).toBe(0);
      expect(await shop.count('baskets')).toBe(0);
      return [status, body.type];
    };

    it('a product that is not for sale', async () => {
      const inactive = await shop.product({ isActive: false });

      expect(await refused(shop.guest().triesToAdd({ sku: 'no-such' }))).toEqual([
        422,
        '/problems/unknown-sku',
      ]);
      expect(await refused(shop.guest().triesToAdd(inactive))).toEqual([422, '/problems/unknown-sku']);
      const unknown = shop
        .guest()
        .sends<{ type: string }>('PUT', '/api/basket/lines/no-such', { quantity: 1 });
      expect(await refused(unknown)).toEqual([404, '/problems/unknown-product']);
      const set = shop
        .guest()
        .sends<{ type: string }>('PUT', `/api/basket/lines/${inactive.sku}`, { quantity: 1 });
      expect(await refused(set)).toEqual([409, '/problems/unavailable']);
    });

    it('more than the stock, and states the available quantity', async () => {
      const tea = await shop.product({ stock: 3 });
      const answer = await shop.guest().triesToAdd(tea, 4);

      expect(await refused(Promise.resolve(answer))).toEqual([409, '/problems/insufficient-stock']);
      expect(answer.body.available).toBe(3);
    });

    it('more than the maximum quantity of a line', async () => {
      const tea = await shop.product();

      expect(await refused(shop.guest().triesToAdd(tea, 100))).toEqual([409, '/problems/quantity-limit']);
    });

    it.each([0, -1, 1.5, '1', null, 2 ** 31, true, [1]])('the quantity %j', async (quantity) => {
      const tea = await shop.product();
      const answer = await shop.guest().triesToAdd(tea, quantity as number);

      expect(await refused(Promise.resolve(answer))).toEqual([400, '/problems/invalid-input']);
      expect(answer.body.errors).toMatchObject([{ field: 'quantity' }]);
    });

    it.each(['', 'a'.repeat(101), 'nul\0', '\ud800', 7, null])('the sku %j', async (sku) => {
      const answer = await shop.guest().triesToAdd({ sku: sku as string });

      expect(await refused(Promise.resolve(answer))).toEqual([400, '/problems/invalid-input']);
      expect(answer.body.errors).toMatchObject([{ field: 'sku' }]);
    });

    it('an unknown member', async () => {
      const body = { sku: 'x', quantity: 1, unitPriceMinor: 1 };
      const answer = await shop
        .guest()
        .sends<{ type: string; errors: unknown }>('POST', '/api/basket/lines', body);

      expect(await refused(Promise.resolve(answer))).toEqual([400, '/problems/invalid-input']);
      expect(answer.body.errors).toMatchObject([{ field: 'unitPriceMinor' }]);
    });
  });

  it('holds as many lines as the shop allows, and further pieces of products that it already holds', async () => {
    const [first, second, third, fourth] = [
      await shop.product(),
      await shop.product(),
      await shop.product(),
      await shop.product(),
    ];
    const guest = shop.guest();
    for (const product of [first, second, third]) await guest.adds(product);

    const refused = await guest.triesToAdd(fourth);

    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/quantity-limit', limit: 3 } });
    expect((await guest.adds(first)).totals).toMatchObject({ lines: 3, quantity: 4 });
  });

  it('refuses every change while it is frozen', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    const { id } = await guest.adds(tea);
    await shop.sql(`UPDATE baskets SET status = 'frozen', frozen_at = now() WHERE id = $1`, [id]);

    const answers = await Promise.all([
      guest.triesToAdd(tea),
      guest.sends('PUT', `/api/basket/lines/${tea.sku}`, { quantity: 5 }),
      guest.sends('DELETE', `/api/basket/lines/${tea.sku}`),
      guest.sends('DELETE', '/api/basket'),
    ]);

    for (const answer of answers)
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/basket-frozen' } });
    expect(await guest.basket()).toMatchObject({ status: 'frozen', version: 1, lines: [{ quantity: 1 }] });
  });
});
