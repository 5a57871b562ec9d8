import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { ApiKeyService } from '../../src/auth/api-key/api-key.service.js';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { type Interception, HttpProxy } from '../support/http-proxy.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

const SECRET = 'what only the provider knows';

interface Payment {
  basketId: string | null;
  amountMinor: number;
  status: 'paid' | 'failed';
}

describe('examples/payment-callback.mjs', () => {
  let shop: Shop;
  let proxy: HttpProxy;
  let intercept: Interception;
  let example: Program;
  let url: string;
  beforeAll(async () => {
    shop = await Shop.open();
    const { key } = await shop.app.get(ApiKeyService).create('payments', ['orders:write', 'baskets:write']);
    proxy = await HttpProxy.open(shop.url, (request) => intercept(request));
    const variables = { API: proxy.url, API_KEY: key, PAYMENT_SECRET: SECRET, PORT: '0' };
    example = Program.example('payment-callback.mjs', [], variables);
    url = await example.serves();
  });
  beforeEach(() => {
    intercept = () => Promise.resolve(null);
  });
  afterEach(() => shop.sql('TRUNCATE baskets, products CASCADE'));
  afterAll(async () => {
    await example.stops('SIGTERM');
    proxy.close();
    await shop.close();
  });

  const callsBack = async (payment: Payment, secret = SECRET) => {
    const body = JSON.stringify(payment);
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    const response = await fetch(url, { method: 'POST', body, headers: { 'X-Signature': signature } });
    return { status: response.status, body: await response.json() };
  };
  /** A guest in checkout, whose frozen basket has two pieces of the product. */
  const pays = async (tea: Product, guest: Client = shop.guest()): Promise<Payment> => {
    await guest.adds(tea, 2);
    const { body } = await guest.sends<BasketDto>('POST', '/api/basket/freeze');
    return { basketId: body.id, amountMinor: body.totals.amountMinor, status: 'paid' };
  };
  const state = async () => {
    const [row] = await shop.sql<{ status: string; stock: number }>(
      'SELECT status, stock FROM baskets, products',
    );
    return row;
  };

  it('creates one order and takes the stock once, however often the provider calls', async () => {
    const guest = shop.guest();
    const payment = await pays(await shop.product({ unitPriceMinor: 450, stock: 5 }), guest);
    await shop.sql('UPDATE products SET unit_price_minor = 999');

    const answers = await Promise.all([1, 2, 3].map(() => callsBack(payment)));
    answers.push(await callsBack(payment));

    const ordered = { status: 200, body: { outcome: 'ordered', orderId: payment.basketId } };
    expect(answers).toEqual([ordered, ordered, ordered, ordered]);
    expect(await state()).toEqual({ status: 'submitted', stock: 3 });
    const order = await guest.sends<BasketDto>('GET', `/api/orders/${payment.basketId}`);
    expect(order.body.totals.amountMinor).toBe(900);
  });

  it('creates the order of a guest whose session has ended', async () => {
    const guest = shop.guest();
    const payment = await pays(await shop.product({ stock: 5 }), guest);
    await shop.expire(guest);
    await shop.removeExpired();

    expect(await callsBack(payment)).toMatchObject({ status: 200, body: { outcome: 'ordered' } });

    expect(await state()).toEqual({ status: 'submitted', stock: 3 });
  });

  it.each(['unavailable', 'lose-answer'] as const)(
    'takes the stock once after a failure of the kind "%s"',
    async (how) => {
      const payment = await pays(await shop.product({ stock: 5 }));
      let submits = 0;
      intercept = ({ url: path }) =>
        Promise.resolve(path?.endsWith('/submit') && submits++ === 0 ? how : null);

      expect(await callsBack(payment)).toMatchObject({ status: 200, body: { outcome: 'ordered' } });

      expect(submits).toBe(2);
      expect(await state()).toEqual({ status: 'submitted', stock: 3 });
    },
  );

  it('creates no order when another amount was paid', async () => {
    const payment = await pays(await shop.product({ stock: 5 }));

    const answer = await callsBack({ ...payment, amountMinor: 1 });

    expect(answer).toEqual({ status: 200, body: { outcome: 'refund', reason: '/problems/total-changed' } });
    expect(await state()).toEqual({ status: 'frozen', stock: 5 });
  });

  it('refunds a second payment of another amount for an order', async () => {
    const payment = await pays(await shop.product({ stock: 5 }));
    await callsBack(payment);

    const answer = await callsBack({ ...payment, amountMinor: 1 });

    expect(answer).toEqual({ status: 200, body: { outcome: 'refund', reason: 'other-amount' } });
    expect(await state()).toEqual({ status: 'submitted', stock: 3 });
  });

  it('refunds a product that was sold out meanwhile', async () => {
    const payment = await pays(await shop.product({ stock: 5 }));
    await shop.sql('UPDATE products SET stock = 1');

    const answer = await callsBack(payment);

    expect(answer.body).toEqual({ outcome: 'refund', reason: '/problems/insufficient-stock' });
    expect(await state()).toEqual({ status: 'frozen', stock: 1 });
  });

  it('refunds a quantity that a rule no longer allows, if the basket was thawed meanwhile', async () => {
    const guest = shop.guest();
    const payment = await pays(await shop.product({ stock: 5 }), guest);
    await guest.sends('POST', '/api/basket/thaw');
    await shop.sql('UPDATE products SET quantity_step = 5');

    const answer = await callsBack(payment);

    expect(answer.body).toEqual({ outcome: 'refund', reason: '/problems/quantity-rule' });
    expect(await state()).toEqual({ status: 'open', stock: 5 });
  });

  it('thaws the basket when the payment has failed', async () => {
    const guest = shop.guest();
    const payment = await pays(await shop.product({ stock: 5 }), guest);

    expect(await callsBack({ ...payment, status: 'failed' })).toEqual({
      status: 200,
      body: { outcome: 'open' },
    });

    expect(await state()).toEqual({ status: 'open', stock: 5 });
    expect(await guest.basket()).toMatchObject({ status: 'open', totals: { quantity: 2 } });
  });

  it("merges the basket into the user's open one when the payment has failed, also if it is told twice", async () => {
    const tea = await shop.product({ stock: 5 });
    const ada = await shop.user({ basket: [[tea, 1]] });
    const guest = shop.guest();
    const payment = await pays(tea, guest);
    await guest.logsInAs(ada);

    for (let call = 1; call <= 2; call++) {
      expect((await callsBack({ ...payment, status: 'failed' })).body).toEqual({ outcome: 'open' });
    }

    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });

  it("leaves the basket frozen when the payment has failed and the guest's session has ended", async () => {
    const guest = shop.guest();
    const payment = await pays(await shop.product({ stock: 5 }), guest);
    await shop.expire(guest);
    await shop.removeExpired();

    expect((await callsBack({ ...payment, status: 'failed' })).body).toEqual({ outcome: 'frozen' });

    expect(await state()).toEqual({ status: 'frozen', stock: 5 });
  });

  it('rejects a caller without the secret', async () => {
    const payment = await pays(await shop.product({ stock: 5 }));

    expect((await callsBack(payment, 'guessed')).status).toBe(401);

    expect(await state()).toEqual({ status: 'frozen', stock: 5 });
  });

  it('lets the provider call again when the key lacks a scope, and logs the reason', async () => {
    const payment = await pays(await shop.product({ stock: 5 }));
    await shop.sql(`UPDATE api_keys SET scopes = '{baskets:write}'`);

    expect((await callsBack(payment)).status).toBe(500);
    await shop.sql(`UPDATE api_keys SET scopes = '{orders:write,baskets:write}'`);

    expect(example.output).toContain('/problems/insufficient-scope');
    expect(await callsBack(payment)).toMatchObject({ status: 200, body: { outcome: 'ordered' } });
  });
});
