import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { ChangedBasketDto } from '../../../src/basket/change/bulk/changes.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('a reorder', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    await shop.product({ sku: 'TEA', unitPriceMinor: 430, stock: 10 });
    await shop.product({ sku: 'CUP', unitPriceMinor: 250 });
  });
  afterAll(() => shop.close());

  const ENGRAVED = { engraving: 'For Ada' };
  const order = async (client: Client): Promise<string> => {
    await client.adds({ sku: 'TEA' }, 2);
    const cup = { sku: 'CUP', quantity: 1, attributes: ENGRAVED };
    await client.sends('POST', '/api/basket/lines', cup);
    return String((await client.sends<BasketDto>('POST', '/api/basket/submit')).body.id);
  };
  const reorder = <T = ChangedBasketDto>(client: Client, id: string, body?: object, headers = {}) =>
    client.sends<T>('POST', `/api/orders/${id}/reorder`, body, headers);

  it('adds the lines of the order with their attributes at the prices of now', async () => {
    const guest = shop.guest();
    const id = await order(guest);
    await shop.sql(`UPDATE products SET unit_price_minor = 500 WHERE sku = 'TEA'`);
    await guest.adds({ sku: 'TEA' }, 1);

    const { status, body, headers } = await reorder(guest, id);

    expect(status).toBe(200);
    expect(body.basket.id).not.toBe(id);
    expect(body.basket.lines).toMatchObject([
      { sku: 'TEA', quantity: 3, unitPriceMinor: 500, unitPriceMinorWhenAdded: 500 },
      { sku: 'CUP', quantity: 1, attributes: ENGRAVED, unitPriceMinorWhenAdded: 250 },
    ]);
    expect(body.results).toMatchObject([
      { index: 0, lineId: 'TEA', done: true, quantity: 3, problem: null },
      { index: 1, lineId: body.basket.lines[1]?.id, done: true, quantity: 1 },
    ]);
    expect(headers.get('etag')).toBe(`"${body.basket.id}.2"`);
    expect(await guest.basket()).toEqual(body.basket);
    expect((await guest.sends<BasketDto>('GET', `/api/orders/${id}`)).body.lines).toMatchObject([
      { quantity: 2, unitPriceMinor: 430 },
      { quantity: 1 },
    ]);
  });

  it('adds what is possible, or with the mode all everything or nothing', async () => {
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    const id = await order(user);
    await shop.sql(`UPDATE products SET is_active = false WHERE sku = 'TEA'`);

    const all = await reorder<ProblemBody>(user, id, { mode: 'all' });
    const empty = await user.basket();
    const possible = await reorder(user, id, {});

    expect(all).toMatchObject({ status: 409, body: { type: '/problems/changes-refused' } });
    expect(empty.id).toBeNull();
    expect(possible.body.results).toMatchObject([
      { done: false, problem: { type: '/problems/unknown-sku' } },
      { done: true },
    ]);
    expect(possible.body.basket.lines).toMatchObject([{ sku: 'CUP' }]);
  });

  it('is done once for each key', async () => {
    const guest = shop.guest();
    const id = await order(guest);
    const key = { 'Idempotency-Key': 'K' };

    const first = await reorder(guest, id, undefined, key);
    await guest.sends('DELETE', '/api/basket');
    await guest.adds({ sku: 'TEA' }, 5);
    const again = await reorder(guest, id, undefined, key);

    expect(again.body.results).toEqual(first.body.results);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body.basket).toMatchObject({ lines: [{ quantity: 5 }] });
  });

  it('may have more lines than a request with changes', async () => {
    const large = await shop.instance({ BASKET_MAX_LINES: '300' });
    const guest = shop.guest();
    const id = await order(guest);
    await shop.sql(
      `INSERT INTO products (sku, name, unit_price_minor) SELECT 'S' || n, 'S', 1 FROM generate_series(1, 150) n`,
    );
    await shop.sql(
      `INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added, name_pinned, unit_price_minor_pinned)
       SELECT $1, 'S' || n, 1, 1, 'S', 1 FROM generate_series(1, 150) n`,
      [id],
    );

    const { body } = await reorder(guest.tab(large.url), id, { mode: 'all' });

    expect(body.results).toHaveLength(152);
    expect(body.basket.totals).toMatchObject({ lines: 152, quantity: 153 });
  });

  it("is refused for another visitor's order, an open basket and an unknown id", async () => {
    const guest = shop.guest();
    const id = await order(guest);
    const { id: open } = await guest.adds({ sku: 'TEA' });
    const user = await shop.userWith(await shop.product());

    for (const [client, orderId] of [
      [shop.guest(), id],
      [user, id],
      [guest, open],
      [guest, randomUUID()],
    ] as const) {
      const answer = await reorder<ProblemBody>(client, String(orderId));
      expect([answer.status, answer.body.type]).toEqual([404, '/problems/unknown-order']);
    }
    expect((await reorder(guest, 'x')).status).toBe(400);
    expect((await reorder(guest, id, { mode: 'some' })).status).toBe(400);
    expect((await reorder(guest, id, { modes: 'all' })).status).toBe(400);
  });

  it('of a guest is possible for the user after a login', async () => {
    const guest = shop.guest();
    const id = await order(guest);
    const tab = guest.tab();
    await guest.logsInAs(await shop.user());

    const { status, body } = await reorder<ProblemBody>(tab, id);
    expect([status, body.type]).toEqual([409, '/problems/session-replaced']);
    expect((await reorder(guest, id)).body.basket).toMatchObject({ owner: 'user', totals: { lines: 2 } });
  });

  it('is refused while the basket is frozen', async () => {
    const guest = shop.guest();
    const id = await order(guest);
    await guest.adds({ sku: 'TEA' });
    await guest.sends('POST', '/api/basket/freeze');

    expect((await reorder<ProblemBody>(guest, id)).body.type).toBe('/problems/basket-frozen');
  });
});
