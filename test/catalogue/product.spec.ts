import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProductPageDto } from '../../src/catalogue/product.dto.js';
import { addDemoProducts } from '../../src/catalogue/demo-products.js';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

describe('the catalogue', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ CURRENCY: 'CHF' });
  });
  afterAll(() => shop.close());

  const page = async (query: string): Promise<ProductPageDto> =>
    (await shop.guest().sends<ProductPageDto>('GET', `/api/products?${query}`)).body;

  it('is filled with demo products when it is empty, once', async () => {
    await Promise.all([addDemoProducts(shop.dataSource), addDemoProducts(shop.dataSource)]);
    const filled = await shop.count('products');
    await addDemoProducts(shop.dataSource);

    expect(filled).toBeGreaterThan(5);
    expect(await shop.count('products')).toBe(filled);
    await shop.sql('TRUNCATE products CASCADE');
  });

  it('shows a product', async () => {
    const tea = await shop.product({
      name: 'Green tea',
      unitPriceMinor: 450,
      stock: 3,
      description: 'Grassy.',
    });

    expect(await shop.guest().sends('GET', `/api/products/${tea.sku}`)).toMatchObject({
      status: 200,
      body: {
        sku: tea.sku,
        name: 'Green tea',
        description: 'Grassy.',
        imageUrl: null,
        unitPriceMinor: 450,
        currency: 'CHF',
        stock: 3,
        available: 3,
        minQuantity: 1,
        maxQuantity: null,
        quantityStep: 1,
      },
    });
  });

  it('shows no product that is unknown or not for sale', async () => {
    const gone = await shop.product({ isActive: false });

    for (const sku of ['no-such', gone.sku]) {
      const { status, body } = await shop.guest().sends<ProblemBody>('GET', `/api/products/${sku}`);
      expect([status, body.type]).toEqual([404, '/problems/unknown-product']);
    }
    expect((await page('limit=100')).products.map(({ sku }) => sku)).not.toContain(gone.sku);
  });

  it('lists page by page, each product once, while other products come and go', async () => {
    await shop.sql('TRUNCATE products CASCADE');
    for (const name of ['E', 'A', 'C', 'B', 'D', 'C']) await shop.product({ name });

    const first = await page('limit=2');
    await shop.product({ name: 'AA' });
    const second = await page(`limit=2&cursor=${first.nextCursor}`);
    const third = await page(`limit=2&cursor=${second.nextCursor}`);

    expect([first, second, third].map(({ products }) => products.map(({ name }) => name))).toEqual([
      ['A', 'B'],
      ['C', 'C'],
      ['D', 'E'],
    ]);
    expect(third.nextCursor).toBeNull();
  });

  it('continues after a product with the longest name and sku', async () => {
    await shop.sql('TRUNCATE products CASCADE');
    for (const n of ['1', '2']) await shop.product({ name: '茶'.repeat(200), sku: `${'茶'.repeat(99)}${n}` });

    const first = await page('limit=1');
    const second = await page(`limit=1&cursor=${first.nextCursor}`);

    expect(second.products.map(({ sku }) => sku)).toEqual([`${'茶'.repeat(99)}2`]);
  });

  it('finds products by a part of the name or the sku, in any case, and treats wildcards as text', async () => {
    await shop.product({ sku: 'POT-1', name: '100% cotton pot_holder' });
    await shop.product({ sku: 'CUP-1', name: '100 cups' });

    expect((await page('q=COTTON')).products.map(({ sku }) => sku)).toEqual(['POT-1']);
    expect((await page('q=pot-')).products.map(({ sku }) => sku)).toEqual(['POT-1']);
    expect((await page('q=100%25')).products.map(({ sku }) => sku)).toEqual(['POT-1']);
    expect((await page('q=t_h')).products.map(({ sku }) => sku)).toEqual(['POT-1']);
  });

  it.each([
    ['limit', 'limit=0'],
    ['limit', 'limit=101'],
    ['limit', 'limit=1e1'],
    ['limit', 'limit=x'],
    ['cursor', 'cursor=x'],
    ['cursor', `cursor=${Buffer.from('["a\\u0000","b"]').toString('base64url')}`],
    ['cursor', 'cursor=a&cursor=b'],
    ['q', 'q=%00'],
    ['q', `q=${'x'.repeat(101)}`],
    ['page', 'page=2'],
  ])('refuses an invalid %s: %s', async (field, query) => {
    const { status, body } = await shop.guest().sends<ProblemBody>('GET', `/api/products?${query}`);

    expect([status, body.errors?.map((error) => error.field)]).toEqual([400, [field]]);
  });
});
