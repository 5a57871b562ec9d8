import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangedBasketDto, RequestedChange } from '../../../../src/basket/change/bulk/changes.dto.js';
import { variantOf } from '../../../../src/basket/query/line-id.js';
import type { Product } from '../../../../src/catalogue/product.entity.js';
import type { Client, ProblemBody } from '../../../support/client.js';
import { Shop } from '../../../support/shop.js';

type Mode = 'all' | 'possible';

describe('several changes in one request', () => {
  let shop: Shop;
  let tea: Product;
  let cup: Product;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_LINES: '4', BASKET_MAX_QUANTITY: '20' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    tea = await shop.product({ sku: 'TEA', stock: 10 });
    cup = await shop.product({ sku: 'CUP', unitPriceMinor: 250 });
    await shop.product({ sku: 'POT' });
  });
  afterAll(() => shop.close());

  const change = <T = ChangedBasketDto>(
    client: Client,
    changes: RequestedChange[],
    mode: Mode = 'possible',
    headers: Record<string, string> = {},
  ) => client.sends<T>('POST', '/api/basket/changes', { mode, changes }, headers);
  const guestWith = async (...lines: [Product, number][]): Promise<Client> => {
    const guest = shop.guest();
    for (const [product, quantity] of lines) await guest.adds(product, quantity);
    return guest;
  };

  it('are one change of the basket, in their order, with a result each', async () => {
    const guest = await guestWith([tea, 2], [cup, 1]);
    const engraved = { engraving: 'For Ada' };

    const { status, body, headers } = await change(guest, [
      { sku: 'POT', attributes: engraved, add: 1 },
      { sku: 'TEA', add: 3 },
      { lineId: 'CUP', set: 0 },
      { sku: 'POT', set: 4 },
      { lineId: 'TEA', set: 7 },
    ]);

    const engravedId = variantOf('POT', engraved);
    expect(status).toBe(200);
    expect(body.results).toEqual([
      { index: 0, lineId: engravedId, done: true, quantity: 1, problem: null },
      { index: 1, lineId: 'TEA', done: true, quantity: 7, problem: null },
      { index: 2, lineId: 'CUP', done: true, quantity: null, problem: null },
      { index: 3, lineId: 'POT', done: true, quantity: 4, problem: null },
      { index: 4, lineId: 'TEA', done: true, quantity: 7, problem: null },
    ]);
    expect(body.basket.version).toBe(3);
    expect(headers.get('etag')).toBe(`"${body.basket.id}.3"`);
    expect(body.basket.lines.map(({ id, quantity }) => [id, quantity])).toEqual([
      ['TEA', 7],
      [engravedId, 1],
      ['POT', 4],
    ]);
    expect(await guest.basket()).toEqual(body.basket);
  });

  it("create the session and the basket of a guest, and count as one of the network's new guests", async () => {
    const limited = await shop.instance({ RATE_LIMIT_GUESTS: '1' });
    const [first, second] = [limited.guest(), limited.guest()];

    const { body, headers } = await change(first, [
      { sku: 'TEA', add: 1 },
      { sku: 'CUP', set: 2 },
    ]);

    expect(headers.getSetCookie()).toHaveLength(1);
    expect(body.basket).toMatchObject({ version: 1, owner: 'guest', totals: { lines: 2, amountMinor: 600 } });
    expect(await first.basket()).toEqual(body.basket);
    expect((await change(second, [{ sku: 'TEA', add: 1 }])).status).toBe(429);
    expect(await shop.count('sessions')).toBe(1);
  });

  it('store nothing for a guest without a basket when nothing is changed', async () => {
    const guest = shop.guest();

    const refused = await change(guest, [{ sku: 'NONE', add: 1 }]);
    const undone = await change(guest, [
      { sku: 'TEA', add: 1 },
      { lineId: 'TEA', set: 0 },
    ]);

    expect(refused).toMatchObject({
      status: 200,
      body: { basket: { id: null }, results: [{ done: false }] },
    });
    expect(undone).toMatchObject({
      status: 200,
      body: { basket: { id: null }, results: [{ done: true }, {}] },
    });
    expect([guest.sessionId, await shop.count('baskets'), await shop.count('sessions')]).toEqual([
      undefined,
      0,
      0,
    ]);
  });

  it('leave the version when every change is refused or none has an effect', async () => {
    const guest = await guestWith([tea, 2]);

    const { body } = await change(guest, [
      { lineId: 'TEA', set: 2 },
      { sku: 'CUP', set: 0 },
      { sku: 'POT', add: 21 },
    ]);

    expect(body.results.map(({ done }) => done)).toEqual([true, true, false]);
    expect(body.basket).toMatchObject({ version: 1, totals: { quantity: 2 } });
  });

  it('get for each refusal the problem of a single request, and the others are made', async () => {
    await shop.product({ sku: 'SIX', minQuantity: 6, quantityStep: 6 });
    await shop.product({ sku: 'OLD', isActive: false });
    const guest = await guestWith([cup, 1]);
    await shop.sql(`UPDATE products SET is_active = false WHERE sku = 'CUP'`);
    const single = async (sku: string, quantity: number) => {
      const { body } = await guest.triesToAdd({ sku }, quantity);
      const { instance, requestId, ...problem } = body;
      expect([typeof instance, typeof requestId]).toEqual(['string', 'string']);
      return problem;
    };
    const expected = [
      await single('TEA', 11),
      await single('POT', 21),
      await single('SIX', 7),
      await single('OLD', 1),
      await single('NONE', 1),
    ];

    const { body } = await change(guest, [
      { sku: 'TEA', add: 11 },
      { sku: 'POT', set: 21 },
      { sku: 'SIX', add: 7 },
      { sku: 'OLD', set: 1 },
      { lineId: 'NONE', set: 1 },
      { lineId: 'NONE', set: 0 },
      { sku: 'OLD', set: 0 },
      { sku: 'CUP', set: 2 },
    ]);

    expect(body.results.slice(0, 5).map(({ problem }) => problem)).toEqual(expected);
    expect(body.results.map(({ problem }) => problem?.type ?? null)).toEqual([
      '/problems/insufficient-stock',
      '/problems/quantity-limit',
      '/problems/quantity-rule',
      '/problems/unknown-sku',
      '/problems/unknown-sku',
      '/problems/unknown-sku',
      // All changes of a product are made, or none.
      '/problems/unknown-sku',
      '/problems/unavailable',
    ]);
    expect((await change(guest, [{ lineId: 'CUP', set: 0 }])).body.basket.lines).toEqual([]);
  });

  it('are judged on the total of a product over all its lines', async () => {
    const guest = await guestWith([tea, 6]);
    const red = { colour: 'red' };

    const short = await change(guest, [
      { lineId: 'TEA', set: 5 },
      { sku: 'TEA', attributes: red, add: 6 },
      { sku: 'CUP', add: 1 },
    ]);
    const enough = await change(guest, [
      { sku: 'TEA', attributes: red, add: 6 },
      { lineId: 'TEA', set: 4 },
    ]);

    expect(short.body.results).toMatchObject([
      { done: false, quantity: 6, problem: { available: 10 } },
      { done: false, quantity: null, problem: { available: 10 } },
      { done: true, quantity: 1 },
    ]);
    expect(enough.body.results).toMatchObject([{ quantity: 6 }, { quantity: 4 }]);
    expect(enough.body.basket.lines.map(({ notices }) => notices)).toEqual([[], [], []]);
  });

  it('count unexpired reservations of other baskets only', async () => {
    const guest = await guestWith([tea, 1]);
    const { id } = await (await guestWith([tea, 1])).basket();
    await shop.sql(`UPDATE products SET reserved = 8 WHERE sku = 'TEA'`);
    const reserve = `INSERT INTO stock_reservations (basket_id, sku, quantity, expires_at) VALUES ($1, 'TEA', 8, $2)`;
    await shop.sql(reserve, [id, '2000-01-01']);

    const expired = await change(guest, [{ sku: 'TEA', add: 9 }]);
    await shop.sql(`UPDATE stock_reservations SET expires_at = '2100-01-01'`);
    const reserved = await change(guest, [{ lineId: 'TEA', set: 3 }]);
    await shop.sql('DELETE FROM stock_reservations');
    await shop.sql('UPDATE products SET reserved = 0');

    expect(expired.body).toMatchObject({ results: [{ quantity: 10 }], basket: { lines: [{ notices: [] }] } });
    expect(reserved.body.results).toMatchObject([{ done: false, quantity: 10, problem: { available: 2 } }]);
  });

  it('remove lines before they add new ones, and refuse the new lines that do not fit', async () => {
    const skus = ['A', 'B', 'C', 'D', 'E', 'F'];
    for (const sku of skus) await shop.product({ sku });
    const guest = await guestWith(
      ...['A', 'B', 'C', 'D'].map((sku): [Product, number] => [{ sku } as Product, 1]),
    );

    const { body } = await change(guest, [
      { sku: 'E', add: 1 },
      { sku: 'F', add: 1 },
      { lineId: 'A', set: 0 },
    ]);

    expect(body.results).toMatchObject([
      { done: true },
      { done: false, problem: { limit: 4 } },
      { done: true },
    ]);
    expect(body.basket.lines.map(({ sku }) => sku)).toEqual(['B', 'C', 'D', 'E']);
  });

  it('of the mode all are made together', async () => {
    const guest = await guestWith([tea, 1]);

    const { status, body } = await change(
      guest,
      [
        { sku: 'TEA', add: 1 },
        { sku: 'CUP', add: 1 },
      ],
      'all',
    );

    expect([status, body.basket.version]).toEqual([200, 2]);
  });

  it('of the mode all change nothing when one is refused', async () => {
    const guest = await guestWith([tea, 1]);
    const before = await guest.basket();

    const { status, body } = await change<ProblemBody>(
      guest,
      [
        { sku: 'TEA', add: 1 },
        { sku: 'CUP', add: 1 },
        { sku: 'POT', add: 21 },
      ],
      'all',
      { 'Idempotency-Key': 'refused' },
    );

    expect([status, body.type]).toEqual([409, '/problems/changes-refused']);
    expect(body.results).toEqual([
      { index: 0, lineId: 'TEA', done: false, quantity: 1, problem: null },
      { index: 1, lineId: 'CUP', done: false, quantity: null, problem: null },
      {
        index: 2,
        lineId: 'POT',
        done: false,
        quantity: null,
        problem: expect.objectContaining({ type: '/problems/quantity-limit', limit: 20 }) as unknown,
      },
    ]);
    expect(body.basket).toEqual(before);
    expect(await guest.basket()).toEqual(before);
    expect(await shop.count('idempotency_keys')).toBe(0);
    const unknown = await change<ProblemBody>(shop.guest(), [{ sku: 'NONE', add: 1 }], 'all');
    expect(unknown).toMatchObject({ status: 409, body: { basket: { id: null } } });
    expect(await shop.count('sessions')).toBe(1);
  });

  it('are refused as a whole when the basket is frozen or has another version', async () => {
    const guest = await guestWith([tea, 1]);
    const stale = await change(guest, [{ sku: 'CUP', add: 1 }], 'possible', { 'If-Match': '"old"' });
    await guest.sends('POST', '/api/basket/freeze');

    const frozen = await change<ProblemBody>(guest, [{ sku: 'NONE', add: 1 }]);

    expect(stale.status).toBe(412);
    expect(frozen).toMatchObject({ status: 409, body: { type: '/problems/basket-frozen' } });
    expect(frozen.body).not.toHaveProperty('results');
  });
});
