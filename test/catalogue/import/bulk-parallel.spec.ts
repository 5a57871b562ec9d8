import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProductImport } from '../../../src/catalogue/import/product-import.service.js';
import type { SavedProductsDto } from '../../../src/catalogue/import/save-products.dto.js';
import { CsvFile } from '../../support/csv-file.js';
import { whileLocked } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

const SKUS = Array.from({ length: 40 }, (_, n) => `P-${String(n).padStart(2, '0')}`);
const NEW = { name: 'Cup', unitPriceMinor: 200 };

describe('several products at once, on two instances', () => {
  let shop: Shop;
  let other: Shop;
  let file: CsvFile;
  let key: { Authorization: string };
  beforeAll(async () => {
    shop = await Shop.open();
    other = await shop.instance();
    file = await CsvFile.open();
    key = await shop.key('products:write');
  });
  beforeEach(() => shop.sql('TRUNCATE users, sessions, baskets, products CASCADE'));
  afterAll(async () => {
    await file.remove();
    await shop.close();
  });

  const saves = async (products: object[], at = shop) => {
    const { status, body } = await at
      .guest()
      .sends<SavedProductsDto>('POST', '/api/admin/products', { products }, key);
    expect(status).toBe(200);
    return body;
  };
  /** Runs the work, and returns how many deadlocks PostgreSQL has ended meanwhile. */
  const deadlocksDuring = async (work: () => Promise<unknown>) => {
    const before = await deadlocks();
    await work();
    return (await deadlocks()) - before;
  };
  const deadlocks = async () => {
    const [row] = await shop.sql<{ deadlocks: number }>(
      'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()',
    );
    return row?.deadlocks ?? NaN;
  };
  const stocks = async () =>
    (await shop.sql<{ stock: number }>('SELECT stock FROM products ORDER BY sku')).map(({ stock }) => stock);

  it('loses no change of a stock, in any order of the products', async () => {
    for (const sku of SKUS) await shop.product({ sku, stock: 10 });
    const changes = SKUS.map((sku) => ({ sku, stockChange: 1 }));
    const bulks = Array.from(
      { length: 8 },
      (_, n) => async () => saves(n % 2 ? changes : changes.toReversed(), n % 3 ? shop : other),
    );

    const ended = await deadlocksDuring(() => Promise.all(bulks.map((bulk) => bulk())));

    expect(ended).toBe(0);
    expect(await stocks()).toEqual(Array(SKUS.length).fill(18));
  });

  it('creates each product once, beside products that exist', async () => {
    const old = SKUS.filter((_, n) => n % 2 === 1);
    for (const sku of old) await shop.product({ sku });
    const all = SKUS.map((sku) => ({ sku, ...NEW }));
    let reports: SavedProductsDto[] = [];

    const ended = await deadlocksDuring(async () => {
      const bulks = [0, 1, 2, 3].map((n) => saves(n % 2 ? all : all.toReversed(), n < 2 ? shop : other));
      reports = await Promise.all(bulks);
    });

    expect(ended).toBe(0);
    expect(reports.map(({ created }) => created).sort()).toEqual([0, 0, 0, SKUS.length / 2]);
    expect(await shop.count('products', `name = 'Cup'`)).toBe(SKUS.length);
  });

  it('creates overlapping lists of products that wait for each other', async () => {
    await shop.product({ sku: 'A', stock: 0 });

    const reports = await whileLocked(shop, ['SELECT FROM products FOR UPDATE', []], () =>
      Array.from({ length: 12 }, (_, n) =>
        saves(
          [{ sku: 'A', stockChange: 1 }, ...SKUS.slice(n, n + 20).map((sku) => ({ sku, ...NEW }))],
          n % 2 ? shop : other,
        ),
      ),
    );

    expect(reports.reduce((sum, { created }) => sum + created, 0)).toBe(31);
    expect(await shop.count('products')).toBe(32);
    expect((await stocks())[0]).toBe(12);
  });

  it('keeps the omitted members of a product that is created meanwhile', async () => {
    await shop.product({ sku: 'B', stock: 3 });
    const insert = `INSERT INTO products (sku, name, unit_price_minor, stock, description)
      VALUES ('A', 'Old', 1, 5, 'Long')`;

    const reports = await whileLocked(shop, [insert, []], () => [
      saves([
        { sku: 'B', stockChange: 1 },
        { sku: 'A', ...NEW },
      ]),
    ]);

    expect(reports).toEqual([{ created: 0, updated: 2 }]);
    expect(await shop.sql(`SELECT name, description FROM products WHERE sku = 'A'`)).toEqual([
      { name: 'Cup', description: 'Long' },
    ]);
    expect(await stocks()).toEqual([5, 4]);
  });

  it('keeps what was sold and reserved meanwhile', async () => {
    const [tea, cup] = [
      await shop.product({ sku: 'TEA', stock: 20 }),
      await shop.product({ sku: 'CUP', stock: 20 }),
    ];
    const guests = Array.from({ length: 12 }, (_, n) => (n % 2 ? shop : other).guest());
    for (const guest of guests) {
      await guest.adds(tea);
      await guest.adds(cup);
    }
    const buys = guests.map((guest, n) => async () => {
      expect((await guest.sends('POST', '/api/basket/freeze', { reserve: true })).status).toBe(200);
      if (n % 3) expect((await guest.sends('POST', '/api/basket/submit')).status).toBe(200);
    });
    const changes = [
      { sku: 'TEA', stockChange: 2 },
      { sku: 'CUP', stockChange: -1, description: 'White' },
    ];

    const ended = await deadlocksDuring(async () =>
      Promise.all([
        ...buys.map((buy) => buy()),
        ...[0, 1, 2, 3, 4].map((n) => saves(n % 2 ? changes : changes.toReversed(), n % 2 ? shop : other)),
      ]),
    );

    expect(ended).toBe(0);
    expect(await shop.sql('SELECT sku, stock, reserved FROM products ORDER BY sku')).toEqual([
      { sku: 'CUP', stock: 20 - 8 - 5, reserved: 4 },
      { sku: 'TEA', stock: 20 - 8 + 10, reserved: 4 },
    ]);
  });

  it('takes turns with the import of a file, which creates and changes the same products', async () => {
    await shop.product({ sku: 'B', name: 'Old', stock: 5 });
    const csv = await file.write('sku,name,unitPriceMinor\nA,Tea,1\nB,Cup,2\n');
    const imports = (atomic: boolean) => other.app.get(ProductImport).import(csv, { atomic });
    let results: unknown[] = [];

    const ended = await deadlocksDuring(async () => {
      results = await whileLocked<unknown>(shop, [`SELECT FROM products FOR UPDATE`, []], () => [
        imports(true),
        saves([
          { sku: 'B', stockChange: 1 },
          { sku: 'A', ...NEW },
        ]),
        imports(false),
      ]);
    });

    expect(ended).toBe(0);
    expect(results).toEqual([
      { imported: 2, errors: [] },
      expect.objectContaining({ updated: expect.any(Number) }),
      { imported: 2, errors: [] },
    ]);
    expect(await shop.sql('SELECT sku, stock FROM products ORDER BY sku')).toEqual([
      { sku: 'A', stock: null },
      { sku: 'B', stock: 6 },
    ]);
  });
});
