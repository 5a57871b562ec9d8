import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { type Interception, HttpProxy } from '../support/http-proxy.js';
import { Program, type Result } from '../support/program.js';
import { Shop, type TestUser } from '../support/shop.js';

describe('examples/server-side-client.mjs', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const ensures = async (
    { sku }: Product,
    quantity: number,
    { email, password: PASSWORD }: TestUser,
    intercept: Interception = () => Promise.resolve(null),
  ): Promise<Result> => {
    const proxy = await HttpProxy.open(shop.url, intercept);
    const variables = { API: proxy.url, EMAIL: email, PASSWORD };
    const result = await Program.example('server-side-client.mjs', [sku, String(quantity)], variables).ends();
    proxy.close();
    return result;
  };

  it("adds a product to the user's basket, prints the basket, and gets no cookie", async () => {
    const [tea, cup] = [await shop.product({ name: 'Tea', unitPriceMinor: 450 }), await shop.product()];
    const ada = await shop.user({ basket: [[cup, 1]] });
    const bob = await shop.user({ basket: [[tea, 1]] });

    const { code, stdout } = await ensures(tea, 3, ada);

    expect([code, stdout]).toEqual([0, `1 × ${cup.name}\n3 × Tea\n14.50 EUR\n`]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 3, [cup.sku]: 1 });
    expect(await shop.basketOf(bob)).toEqual({ [tea.sku]: 1 });
    expect(await shop.guestBaskets()).toBe(0);
  });

  it('keeps the larger quantity when the shopper changes it between its read and its change', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const shopper = shop.guest();
    await shopper.logsInAs(ada);
    let changes = 0;

    const { code } = await ensures(tea, 3, ada, async ({ method }) => {
      if (method === 'PUT' && changes++ === 0) await shopper.sets(tea, 7);
      return null;
    });

    expect([code, changes]).toEqual([0, 1]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 7 });
  });

  it('changes the present basket when the shopper has changed another line', async () => {
    const [tea, cup] = [await shop.product(), await shop.product()];
    const ada = await shop.user({ basket: [[tea, 1]] });
    const shopper = shop.guest();
    await shopper.logsInAs(ada);
    let changes = 0;

    const { code } = await ensures(tea, 3, ada, async ({ method }) => {
      if (method === 'PUT' && changes++ === 0) await shopper.adds(cup);
      return null;
    });

    expect([code, changes]).toEqual([0, 2]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 3, [cup.sku]: 1 });
  });

  it('does not count the pieces of a line with attributes', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const shopper = shop.guest();
    await shopper.logsInAs(ada);
    const engraved = { sku: tea.sku, quantity: 5, attributes: { engraving: 'For Ada' } };
    await shopper.sends('POST', '/api/basket/lines', engraved);

    expect(await ensures(tea, 3, ada)).toMatchObject({ code: 0 });

    expect((await shopper.basket()).lines).toMatchObject([{ quantity: 5 }, { id: tea.sku, quantity: 3 }]);
  });

  it('logs in again when its token is not valid any more', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const elsewhere: Client = shop.guest();
    await elsewhere.logsInAs(ada);
    const requests: string[] = [];

    const { code } = await ensures(tea, 2, ada, async ({ method = '', url = '' }) => {
      requests.push(`${method} ${url.split('/').at(-1)}`);
      if (method === 'PUT' && requests.filter((each) => each === 'POST login').length === 1)
        await elsewhere.sends('POST', '/api/auth/logout-everywhere');
      return null;
    });

    expect(code).toBe(0);
    const put = `PUT ${tea.sku}`;
    expect(requests).toEqual(['POST login', 'GET basket', put, 'POST login', put]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });

  it.each(['unavailable', 'lose-answer'] as const)(
    'repeats the request after a failure of the kind "%s", and the quantity is right',
    async (how) => {
      const tea = await shop.product();
      const ada = await shop.user();
      let puts = 0;

      const { code } = await ensures(tea, 2, ada, ({ method }) =>
        Promise.resolve(method === 'PUT' && puts++ === 0 ? how : null),
      );

      expect([code, puts]).toEqual([0, 2]);
      expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
    },
  );

  it('exits with the reason when the password is wrong', async () => {
    const tea = await shop.product();
    const ada = await shop.user();

    const { code, stderr } = await ensures(tea, 2, { ...ada, password: 'another one' });

    expect([code, stderr]).toEqual([1, expect.stringContaining('/problems/invalid-credentials')]);
    expect(await shop.basketOf(ada)).toEqual({});
  });
});
