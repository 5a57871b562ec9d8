import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { isAllowedQuantity, nearestQuantities } from '../../src/catalogue/quantity-rule.js';
import type { Client, ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

const PACKS = { minQuantity: 6, maxQuantity: 18, quantityStep: 3 };
/** A condition is checked in a transaction. */
const LOCKED = { 'If-Match': '*' };

describe('the quantity rule of a product', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const add = (client: Client, sku: string, quantity: number, headers = {}, attributes = {}) =>
    client.sends<ProblemBody>('POST', '/api/basket/lines', { sku, quantity, attributes }, headers);
  const put = (client: Client, sku: string, quantity: number, headers = {}) =>
    client.sends<ProblemBody>('PUT', `/api/basket/lines/${sku}`, { quantity }, headers);

  it.each<[number, { below: number | null; above: number | null }]>([
    [1, { below: null, above: 6 }],
    [7, { below: 6, above: 9 }],
    [17, { below: 15, above: 18 }],
    [21, { below: 18, above: null }],
  ])('refuses the quantity %i, and names the nearest ones', async (quantity, nearest) => {
    const eggs = await shop.product(PACKS);
    const first = await add(shop.guest(), eggs.sku, quantity);
    const client = shop.guest();
    expect((await add(client, eggs.sku, 6)).status).toBe(201);
    const set = await put(client, eggs.sku, quantity);
    const locked = await put(client, eggs.sku, quantity, LOCKED);

    for (const { status, body } of [first, set, locked]) {
      expect([status, body.type]).toEqual([422, '/problems/quantity-rule']);
      expect(body).toMatchObject({ ...PACKS, nearest });
    }
    expect(await client.quantities()).toEqual({ [eggs.sku]: 6 });
  });

  it('applies to the sum over all lines of the product', async () => {
    const eggs = await shop.product(PACKS);
    const client = shop.guest();
    expect((await add(client, eggs.sku, 6, {}, { colour: 'white' })).status).toBe(201);

    expect((await add(client, eggs.sku, 1)).body).toMatchObject({ nearest: { below: 6, above: 9 } });
    expect((await add(client, eggs.sku, 3)).status).toBe(201);
    expect((await add(client, eggs.sku, 12)).body).toMatchObject({ nearest: { below: 18, above: null } });
  });

  it('never refuses a removal, and leaves what it no longer allows with a notice', async () => {
    const eggs = await shop.product();
    const client = shop.guest();
    await client.adds(eggs, 4);
    await shop.sql('UPDATE products SET quantity_step = 3 WHERE sku = $1', [eggs.sku]);

    const { lines, totals } = await client.basket();
    expect(lines).toMatchObject([{ quantity: 4, notices: ['quantity-rule'] }]);
    expect(totals).toMatchObject({ amountMinor: 0, unavailableLines: 1 });
    expect((await client.sets(eggs, 0)).lines).toEqual([]);
  });

  it('is named with figures that it allows', () => {
    const rules = fc
      .record({
        minQuantity: fc.integer({ min: 1, max: 20 }),
        maxQuantity: fc.option(fc.integer({ min: 1, max: 60 })),
        quantityStep: fc.integer({ min: 1, max: 9 }),
      })
      .filter(({ minQuantity, maxQuantity, quantityStep }) => {
        const highest = Math.floor((maxQuantity ?? Infinity) / quantityStep) * quantityStep;
        return highest >= minQuantity;
      });
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 80 }), (rule, quantity) => {
        const allowed = Array.from({ length: 200 }, (_, n) => n + 1).filter((n) =>
          isAllowedQuantity(n, rule),
        );
        const { below, above } = nearestQuantities(quantity, rule);
        expect(below).toBe(allowed.filter((n) => n <= quantity).at(-1) ?? null);
        expect(above).toBe(allowed.find((n) => n >= quantity) ?? null);
      }),
    );
  });

  it('does not concern an order', async () => {
    const eggs = await shop.product();
    const client = shop.guest();
    await client.adds(eggs, 4);
    const { body: order } = await client.sends<BasketDto>('POST', '/api/basket/submit');
    await shop.sql('UPDATE products SET quantity_step = 3 WHERE sku = $1', [eggs.sku]);

    const { body } = await client.sends<BasketDto>('GET', `/api/orders/${order.id}`);

    expect(body.lines).toMatchObject([{ quantity: 4, notices: [] }]);
  });
});
