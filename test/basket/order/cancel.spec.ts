import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { OrderDto, OrderPageDto } from '../../../src/basket/order/order.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import { MAX_INT } from '../../../src/http/input/max-int.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('a cancellation', () => {
  let shop: Shop;
  let admin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    admin = await shop.admin();
  });
  afterAll(() => shop.close());

  const cancels = (id: string | null, client = admin) =>
    client.sends<OrderDto & Omit<ProblemBody, 'status'>>('POST', `/api/admin/orders/${id}/cancel`);
  const orders = async (tea: Product, quantity: number, client = shop.guest()) => {
    await client.adds(tea, quantity);
    return (await client.sends<OrderDto>('POST', '/api/basket/submit')).body;
  };
  const stockOf = async ({ sku }: Product) => {
    const [row] = await shop.sql<{ stock: number | null }>('SELECT stock FROM products WHERE sku = $1', [
      sku,
    ]);
    return row?.stock;
  };

  it('returns the stock once, and the order has `cancelledAt` everywhere', async () => {
    const [tea, cup] = [await shop.product({ stock: 9 }), await shop.product({ stock: null })];
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds(cup, 2);
    await user.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1, attributes: { text: 'Ada' } });
    const order = await orders(tea, 3, user);
    expect([order.cancelledAt, await stockOf(tea)]).toEqual([null, 5]);

    const { status, body } = await cancels(order.id);
    const again = await cancels(order.id);

    expect(status).toBe(200);
    expect(body).toEqual({
      ...order,
      version: order.version + 1,
      cancelledAt: expect.any(String) as unknown,
    });
    expect(Math.abs(Date.parse(String(body.cancelledAt)) - Date.now())).toBeLessThan(60_000);
    expect([again.status, again.body]).toEqual([200, body]);
    expect([await stockOf(tea), await stockOf(cup)]).toEqual([9, null]);
    expect((await user.sends('GET', `/api/orders/${order.id}`)).body).toEqual(body);
    expect((await user.sends<OrderPageDto>('GET', '/api/orders')).body.orders).toEqual([body]);
    expect((await admin.sends<OrderPageDto>('GET', '/api/admin/orders')).body.orders).toEqual([body]);
    expect((await user.sends<{ orders: [] }>('GET', '/api/auth/me/export')).body.orders).toEqual([body]);
  });

  it('of an unknown order, or of a basket that is no order, is 404', async () => {
    const tea = await shop.product({ stock: 9 });
    const guest = shop.guest();
    const { id } = await guest.adds(tea);

    for (const unknown of [randomUUID(), id]) {
      const { status, body } = await cancels(unknown);
      expect([status, body.type]).toEqual([404, '/problems/unknown-order']);
    }
    expect((await cancels('1')).status).toBe(400);
    expect(await guest.basket()).toMatchObject({ status: 'open', version: 1 });
  });

  it('is for admins only', async () => {
    const order = await orders(await shop.product({ stock: 9 }), 1);
    const user = shop.guest();
    await user.logsInAs(await shop.user());

    expect((await cancels(order.id, shop.guest())).status).toBe(401);
    expect((await cancels(order.id, user)).status).toBe(403);
    expect(await shop.count('baskets', 'cancelled_at IS NULL')).toBe(1);
  });

  it('returns the stock once when it is sent in parallel to two instances', async () => {
    const other = await shop.instance();
    const tea = await shop.product({ stock: 9 });
    const order = await orders(tea, 4);

    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) => cancels(order.id, n % 2 ? admin : admin.tab(other.url))),
    );

    expect(answers.map(({ status, body }) => [status, body.version])).toEqual(
      answers.map(() => [200, order.version + 1]),
    );
    expect(await stockOf(tea)).toBe(9);
  });

  it('returns only what the order took, to products that track their stock now', async () => {
    const [tea, cup, pot] = [
      await shop.product({ stock: null }),
      await shop.product({ stock: 5 }),
      await shop.product({ stock: 5 }),
    ];
    const client = shop.guest();
    await client.adds(tea, 2);
    await client.adds(cup, 2);
    const order = await orders(pot, 2, client);
    await shop.sql('UPDATE products SET stock = 5 WHERE sku = $1', [tea.sku]);
    await shop.sql('UPDATE products SET stock = NULL WHERE sku = $1', [cup.sku]);

    expect((await cancels(order.id)).status).toBe(200);

    expect([await stockOf(tea), await stockOf(cup), await stockOf(pot)]).toEqual([5, null, 5]);
  });

  it('of an order of an earlier version returns the stock of products that track it', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: null })];
    const client = shop.guest();
    await client.adds(cup, 2);
    const order = await orders(tea, 2, client);
    await shop.sql('UPDATE basket_lines SET is_stock_taken = NULL');

    expect((await cancels(order.id)).status).toBe(200);

    expect([await stockOf(tea), await stockOf(cup)]).toEqual([5, null]);
  });

  it('is refused while a stock would be too large, and changes nothing', async () => {
    const tea = await shop.product({ stock: 5 });
    const order = await orders(tea, 2);
    await shop.sql('UPDATE products SET stock = $1', [MAX_INT - 1]);

    const { status, body } = await cancels(order.id);

    expect([status, body.type, body.limit]).toEqual([409, '/problems/quantity-limit', MAX_INT]);
    expect(await shop.count('baskets', 'cancelled_at IS NULL')).toBe(1);
    expect(await stockOf(tea)).toBe(MAX_INT - 1);
    await shop.sql('UPDATE products SET stock = $1', [MAX_INT - 2]);
    expect((await cancels(order.id)).status).toBe(200);
    expect(await stockOf(tea)).toBe(MAX_INT);
  });
});
