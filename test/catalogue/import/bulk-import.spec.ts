import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { SavedProductsDto } from '../../../src/catalogue/import/save-products.dto.js';
import type { Answer, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

const PATH = '/api/admin/products';
const OLD = {
  sku: 'OLD',
  name: 'Kettle',
  unitPriceMinor: 1_000,
  description: 'Long',
  imageUrl: '/kettle.png',
  stock: 5,
  isActive: false,
  minQuantity: 2,
  maxQuantity: 10,
  quantityStep: 2,
  reserved: 3,
};
const NEW = { sku: 'NEW', name: 'Cup', unitPriceMinor: 200 };
const DEFAULTS = {
  description: '',
  imageUrl: null,
  stock: null,
  isActive: true,
  minQuantity: 1,
  maxQuantity: null,
  quantityStep: 1,
  reserved: 0,
};

describe('several products at once', () => {
  let shop: Shop;
  let key: { Authorization: string };
  beforeAll(async () => {
    shop = await Shop.open();
    key = await shop.key('products:write');
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE products CASCADE');
    await shop.product(OLD);
  });
  afterAll(async () => {
    // The reserved pieces are those of no basket.
    await shop.sql('TRUNCATE products CASCADE');
    await shop.close();
  });

  const sends = (body: unknown, headers = key, at = shop): Promise<Answer<SavedProductsDto & ProblemBody>> =>
    at.guest().sends('POST', PATH, body, headers);
  const saves = (...products: unknown[]) => sends({ products });
  const stored = async () =>
    shop.sql(
      `SELECT sku, name, unit_price_minor AS "unitPriceMinor", description, image_url AS "imageUrl", stock,
        is_active AS "isActive", min_quantity AS "minQuantity", max_quantity AS "maxQuantity",
        quantity_step AS "quantityStep", reserved FROM products ORDER BY sku`,
    );

  it('creates new products with the defaults, and keeps the members that are omitted', async () => {
    const { status, body } = await saves({ sku: 'OLD', unitPriceMinor: 1_100 }, NEW);

    expect([status, body]).toEqual([200, { created: 1, updated: 1 }]);
    expect(await stored()).toEqual([
      { ...NEW, ...DEFAULTS },
      { ...OLD, unitPriceMinor: 1_100 },
    ]);
  });

  it.each([
    [{}],
    [{ name: 'Pot' }],
    [{ description: '', imageUrl: null, stock: null, maxQuantity: null }],
    [{ stock: 7, isActive: true }],
    [{ minQuantity: 4, maxQuantity: 4, quantityStep: 4 }],
    [{ description: 'x', imageUrl: '/x.png', stock: 0, unitPriceMinor: 0 }],
  ])('changes only the members of each product: %j', async (changes) => {
    await shop.product({ ...OLD, sku: 'OTHER' });

    const { body } = await saves({ sku: 'OTHER', isActive: true }, { sku: 'OLD', ...changes });

    expect(body).toEqual({ created: 0, updated: 2 });
    expect(await stored()).toEqual([
      { ...OLD, ...changes },
      { ...OLD, sku: 'OTHER', isActive: true },
    ]);
  });

  it('creates products with all members', async () => {
    const full = { ...OLD, sku: 'FULL', reserved: 0 };
    const { reserved, ...members } = full;

    expect((await saves(members)).body).toEqual({ created: 1, updated: 0 });
    expect((await stored())[0]).toEqual({ ...members, reserved });
  });

  it('adds stockChange to the stock, below the reserved pieces as well', async () => {
    await shop.product({ ...OLD, sku: 'TEA', stock: 1 });

    const { body } = await saves({ sku: 'TEA', stockChange: 4 }, { sku: 'OLD', stockChange: -4 });

    expect(body).toEqual({ created: 0, updated: 2 });
    expect(await stored()).toEqual([
      { ...OLD, stock: 1 },
      { ...OLD, sku: 'TEA' },
    ]);
  });

  it.each<[string, unknown, string[]]>([
    ['no body', undefined, ['products']],
    ['an array', [NEW], ['products']],
    ['an unknown member', { products: [NEW], mode: 'all' }, ['mode']],
    ['no product', { products: [] }, ['products']],
    ['no list', { products: { 0: NEW } }, ['products']],
    ['1,001 products', { products: Array<object>(1_001).fill(NEW) }, ['products']],
    ['a product of null', { products: [NEW, null] }, ['products[1]']],
    ['a product of an array', { products: [[]] }, ['products[0]']],
    ['a product without a sku', { products: [{ name: 'Cup' }] }, ['products[0].sku']],
    ['an odd sku', { products: [{ ...NEW, sku: ' CUP' }] }, ['products[0].sku']],
    ['one sku twice', { products: [{ sku: 'OLD' }, NEW, { sku: 'OLD' }] }, ['products[2].sku']],
    ['no name', { products: [NEW, { ...NEW, sku: 'B', name: '' }] }, ['products[1].name']],
    ['a name of null', { products: [{ ...NEW, name: null }] }, ['products[0].name']],
    ['a negative price', { products: [{ ...NEW, unitPriceMinor: -1 }] }, ['products[0].unitPriceMinor']],
    ['a price as text', { products: [{ ...NEW, unitPriceMinor: '1' }] }, ['products[0].unitPriceMinor']],
    ['a huge stock', { products: [{ ...NEW, stock: 2 ** 31 }] }, ['products[0].stock']],
    ['a fraction', { products: [{ sku: 'OLD', stockChange: 0.5 }] }, ['products[0].stockChange']],
    ['both stocks', { products: [{ sku: 'OLD', stock: 1, stockChange: 1 }] }, ['products[0].stockChange']],
    ['reserved', { products: [{ ...NEW, reserved: 1 }] }, ['products[0].reserved']],
    ['a constructor', { products: [{ ...NEW, constructor: 1 }] }, ['products[0].constructor']],
    [
      'a new product without members',
      { products: [{ sku: 'NEW' }] },
      ['products[0].name', 'products[0].unitPriceMinor'],
    ],
    [
      'a new product without a price',
      { products: [NEW, { sku: 'B', name: 'B' }] },
      ['products[1].unitPriceMinor'],
    ],
    ['too few pieces', { products: [NEW, { sku: 'OLD', stockChange: -6 }] }, ['products[1].stockChange']],
    [
      'too many pieces',
      { products: [{ sku: 'OLD', stockChange: 2 ** 31 - 5 }] },
      ['products[0].stockChange'],
    ],
    ['no tracked stock', { products: [{ ...NEW, stockChange: 1 }] }, ['products[0].stockChange']],
    ['an impossible rule', { products: [{ sku: 'OLD', quantityStep: 12 }] }, ['products[0].maxQuantity']],
    [
      'several faults',
      { products: [{ sku: 'OLD', quantityStep: 12, stockChange: -6 }, NEW, { sku: 'B' }] },
      [
        'products[0].maxQuantity',
        'products[0].stockChange',
        'products[2].name',
        'products[2].unitPriceMinor',
      ],
    ],
  ])('are refused with 400, and nothing is changed: %s', async (_, body, fields) => {
    const answer = await sends(body);

    expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-input']);
    expect(answer.body.errors?.map(({ field }) => field)).toEqual(fields);
    expect(await stored()).toEqual([OLD]);
  });

  it('are refused with 100 errors at most', async () => {
    const unnamed = Array.from({ length: 1_000 }, (_, n) => ({ sku: `P-${n}` }));

    const missing = await saves(...unnamed);
    const invalid = await saves(...unnamed.map(({ sku }) => ({ sku, name: 7 })));

    expect([missing.status, missing.body.errors?.length]).toEqual([400, 100]);
    expect([invalid.status, invalid.body.errors?.length]).toEqual([400, 100]);
    expect(await stored()).toEqual([OLD]);
  });

  it('can have 2 MB, also decompressed, and no more', async () => {
    const products = Array.from({ length: 420 }, (_, n) => ({
      ...NEW,
      sku: `P-${n}`,
      description: 'x'.repeat(4_900),
    }));
    const body = JSON.stringify({ products });
    const post = async (content: Buffer, encoding = {}) => {
      const headers = { ...key, 'Content-Type': 'application/json', ...encoding };
      return (await fetch(shop.url + PATH, { method: 'POST', body: content, headers })).status;
    };
    const gzip = { 'Content-Encoding': 'gzip' };
    const padded = (bytes: number) => Buffer.from(body.padEnd(bytes));

    expect(body.length).toBeLessThan(2_097_152);
    expect(await post(padded(2_097_153))).toBe(413);
    expect(await post(gzipSync(padded(2_097_153)), gzip)).toBe(413);
    expect(await shop.count('products')).toBe(1);
    expect(await post(padded(2_097_152))).toBe(200);
    expect(await post(gzipSync(padded(2_097_152)), gzip)).toBe(200);
    expect(await shop.count('products')).toBe(421);
  });

  it('can be nested as deep as any body', async () => {
    const { status, body } = await saves({ ...NEW, name: [[[1]]] });

    expect([status, body.type]).toEqual([400, '/problems/invalid-input']);
    expect(body.detail).toContain('levels of nesting');
  });

  it('are saved by an admin and by a key with the scope, and by nobody else', async () => {
    const body = { products: [NEW] };
    const customer = shop.guest();
    await customer.logsInAs(await shop.user());

    expect((await shop.guest().sends('POST', PATH, body)).status).toBe(401);
    expect((await customer.sends('POST', PATH, body)).status).toBe(403);
    const other = await sends(body, await shop.key('orders:write'));
    expect([other.status, other.body.type]).toEqual([403, '/problems/insufficient-scope']);
    expect(await stored()).toEqual([OLD]);

    expect((await (await shop.admin()).sends('POST', PATH, body)).status).toBe(200);
  });

  it('need as many statements for 1,000 products as for two', async () => {
    const counter = await StatementCounter.before(shop.databaseUrl);
    const counted = await shop.instance({ DATABASE_URL: counter.url });
    const products = Array.from({ length: 999 }, (_, n) => ({ ...NEW, sku: `P-${n}`, stock: n }));
    await sends({ products: [{ sku: 'OLD' }] }, key, counted);

    const few = await counter.during(() => sends({ products: [NEW, { sku: 'OLD' }] }, key, counted));
    const many = await counter.during(() => sends({ products: [...products, { sku: 'OLD' }] }, key, counted));

    expect(many).toHaveLength(few.length);
    expect(await shop.count('products')).toBe(1_001);
    await counter.close();
  });
});
