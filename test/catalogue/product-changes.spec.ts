import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProductDto } from '../../src/catalogue/product.dto.js';
import type { Client, ProblemBody } from '../support/client.js';
import { whileLocked } from '../support/row-lock.js';
import { Shop } from '../support/shop.js';

const PATH = '/api/admin/products/TEA';
const TEA = { name: 'Tea', unitPriceMinor: 450 };
const LOCK: [string, unknown[]] = [`SELECT FROM products WHERE sku = 'TEA' FOR NO KEY UPDATE`, []];

type Answer = ProductDto & ProblemBody & { available?: number };

describe('a product', () => {
  let shop: Shop;
  let other: Shop;
  let admin: Client;
  let otherAdmin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
    other = await shop.instance();
    [admin, otherAdmin] = [await shop.admin(), await other.admin()];
  });
  beforeEach(() => shop.sql('TRUNCATE products CASCADE'));
  afterAll(() => shop.close());

  const puts = async (rule: object) => admin.sends<Answer>('PUT', PATH, { ...TEA, ...rule });
  const patches = async (changes: object) => admin.sends<Answer>('PATCH', PATH, changes);
  const stored = async () => {
    const [row] = await shop.sql<{ stock: number | null; reserved: number; rule: (number | null)[] }>(
      `SELECT stock, reserved, ARRAY[min_quantity, max_quantity, quantity_step] AS rule FROM products`,
    );
    return row;
  };

  describe('with a quantity rule', () => {
    it('stores and shows the rule of a PUT', async () => {
      const rule = { minQuantity: 5, maxQuantity: 8, quantityStep: 4 };
      const { status, body } = await puts(rule);

      expect([status, body]).toEqual([200, expect.objectContaining(rule)]);
      expect(await shop.guest().sends('GET', '/api/products/TEA')).toMatchObject({ body: rule });
      expect((await stored())?.rule).toEqual([5, 8, 4]);
    });

    it.each([
      [{ minQuantity: 3, maxQuantity: 2 }],
      [{ minQuantity: 5, maxQuantity: 7, quantityStep: 4 }],
      [{ maxQuantity: 9, quantityStep: 10 }],
    ])('refuses a PUT that allows no quantity: %j', async (rule) => {
      const { status, body } = await puts(rule);

      expect([status, body.type, body.errors?.map(({ field }) => field)]).toEqual([
        400,
        '/problems/invalid-input',
        ['maxQuantity'],
      ]);
      expect(await shop.count('products')).toBe(0);
    });

    it.each([
      [{ maxQuantity: 7 }, 'maxQuantity must be at least 8'],
      [{ minQuantity: 9 }, 'maxQuantity must be at least 12'],
      [{ quantityStep: 11 }, 'maxQuantity must be at least 11'],
    ])('refuses a PATCH that allows no quantity with the stored members: %j', async (changes, message) => {
      await shop.product({ sku: 'TEA', stock: 3, minQuantity: 5, maxQuantity: 10, quantityStep: 4 });

      const { status, body } = await patches({ ...changes, stock: 1 });

      expect([status, body.errors]).toEqual([
        400,
        [{ field: 'maxQuantity', message: expect.stringContaining(message) }],
      ]);
      expect(await stored()).toMatchObject({ stock: 3, rule: [5, 10, 4] });
    });

    it('keeps one of two parallel PATCHes that together allow no quantity', async () => {
      await shop.product({ sku: 'TEA' });

      const answers = await whileLocked(shop, LOCK, () => [
        admin.sends<Answer>('PATCH', PATH, { minQuantity: 6 }),
        otherAdmin.sends<Answer>('PATCH', PATH, { maxQuantity: 5 }),
      ]);

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
      expect([
        [6, null, 1],
        [1, 5, 1],
      ]).toContainEqual((await stored())?.rule);
    });

    it('keeps its reservations through a PUT, also one that waits for a reservation', async () => {
      await shop.product({ sku: 'TEA', stock: 9, reserved: 1 });

      const [answer] = await whileLocked(
        shop,
        LOCK,
        () => [puts({ stock: 5 })],
        (lock) => lock.does('UPDATE products SET reserved = reserved + 2'),
      );

      expect(answer?.status).toBe(200);
      expect(await stored()).toMatchObject({ stock: 5, reserved: 3 });
    });
  });

  describe('with a change of its stock', () => {
    it.each([
      [5, 8],
      [-3, 0],
      [0, 3],
    ])('adds %i to a stock of 3', async (stockChange, stock) => {
      await shop.product({ sku: 'TEA', stock: 3 });

      const { status, body } = await patches({ stockChange, name: 'Green tea' });

      expect([status, body]).toEqual([200, expect.objectContaining({ stock, name: 'Green tea' })]);
      expect((await stored())?.stock).toBe(stock);
    });

    it('refuses to lower the stock below 0, says the present stock, and changes nothing', async () => {
      await shop.product({ sku: 'TEA', name: 'Tea', stock: 3 });

      const { status, body } = await patches({ stockChange: -4, name: 'Green tea' });

      expect([status, body.type, body.available]).toEqual([409, '/problems/insufficient-stock', 3]);
      expect(await shop.sql('SELECT name, stock FROM products')).toEqual([{ name: 'Tea', stock: 3 }]);
    });

    it.each([
      ['a stock that is not tracked', null, { stockChange: 1 }, 'stockChange needs a tracked stock'],
      ['a stock that is not tracked', null, { stockChange: -1 }, 'stockChange needs a tracked stock'],
      ['more than an int holds', 2_147_483_000, { stockChange: 648 }, 'above 2147483647'],
      ['stock beside it', 3, { stockChange: 1, stock: 4 }, 'send only one of them'],
      ['stock as null beside it', 3, { stockChange: 1, stock: null }, 'send only one of them'],
    ])('refuses %s', async (_, stock, changes, message) => {
      await shop.product({ sku: 'TEA', stock });

      const { status, body } = await patches(changes);

      expect([status, body.errors]).toEqual([
        400,
        [{ field: 'stockChange', message: expect.stringContaining(message) }],
      ]);
      expect((await stored())?.stock).toBe(stock);
    });

    it('refuses an unknown product', async () => {
      expect(await patches({ stockChange: 1 })).toMatchObject({ status: 404 });
    });

    it('belongs to PATCH: a PUT refuses it', async () => {
      const { status, body } = await puts({ stockChange: 1 });

      expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, ['stockChange']]);
    });

    it('may lower the stock below the reserved pieces', async () => {
      await shop.product({ sku: 'TEA', stock: 5, reserved: 4 });

      expect(await patches({ stockChange: -3 })).toMatchObject({ status: 200, body: { stock: 2 } });
      expect(await stored()).toMatchObject({ stock: 2, reserved: 4 });
    });

    it('counts each of 50 parallel changes on two instances', async () => {
      await shop.product({ sku: 'TEA', stock: 40 });

      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          (n % 2 ? admin : otherAdmin).sends('PATCH', PATH, { stockChange: n % 5 === 0 ? 4 : -1 }),
        ),
      );

      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
      expect((await stored())?.stock).toBe(40);
    });

    it('sells 10 pieces once to 50 parallel changes on two instances', async () => {
      await shop.product({ sku: 'TEA', stock: 10 });

      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) =>
          (n % 2 ? admin : otherAdmin).sends<Answer>('PATCH', PATH, { stockChange: -1 }),
        ),
      );

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
      expect(answers.filter(({ body }) => body.available === 0 && body.status === 409)).toHaveLength(40);
      expect((await stored())?.stock).toBe(0);
    });
  });
});
