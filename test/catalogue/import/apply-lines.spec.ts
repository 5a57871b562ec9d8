import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProductImport } from '../../../src/catalogue/import/product-import.service.js';
import { CsvFile } from '../../support/csv-file.js';
import { whileLocked } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

const HEADER = 'sku,name,unitPriceMinor';

describe('products:import', () => {
  let shop: Shop;
  let file: CsvFile;
  beforeAll(async () => {
    shop = await Shop.open();
    file = await CsvFile.open();
  });
  beforeEach(() => shop.sql('TRUNCATE products CASCADE'));
  afterAll(async () => {
    await file.remove();
    await shop.close();
  });

  const imports = async (csv: string, atomic = false, at = shop) =>
    at.app.get(ProductImport).import(await file.write(csv), { atomic });
  const rules = async () =>
    shop.sql(`SELECT sku, min_quantity AS min, max_quantity AS max, quantity_step AS step
      FROM products ORDER BY sku`);
  const stocks = async () => {
    const rows = await shop.sql<{ sku: string; stock: number | null }>('SELECT sku, stock FROM products');
    return Object.fromEntries(rows.map(({ sku, stock }) => [sku, stock]));
  };

  describe('with quantity rules', () => {
    it.each(['minQuantity,maxQuantity,quantityStep', 'min_quantity,max_quantity,quantity_step'])(
      'sets the rule, and an empty field means the default: %s',
      async (columns) => {
        await shop.product({ sku: 'B', minQuantity: 2, maxQuantity: 8, quantityStep: 2 });

        const report = await imports(`${HEADER},${columns}\nA,Tea,1,6,60,6\nB,Cup,1,,,\n`);

        expect(report).toEqual({ imported: 2, errors: [] });
        expect(await rules()).toEqual([
          { sku: 'A', min: 6, max: 60, step: 6 },
          { sku: 'B', min: 1, max: null, step: 1 },
        ]);
      },
    );

    it.each([
      ['0,9,1', 'minQuantity is too small ("0"): write a whole number from 1 to 2147483647'],
      ['1,0,1', 'maxQuantity is too small ("0"): write a whole number from 1 to 2147483647'],
      ['1,2147483648,1', 'maxQuantity is too large ("2147483648")'],
      ['1,9,-2', 'quantityStep is negative ("-2")'],
      ['1,9,two', 'quantityStep is not a number ("two")'],
      ['5,7,4', 'maxQuantity must be at least 8: the smallest multiple of quantityStep (4)'],
    ])('refuses the line of an invalid rule: %s', async (rule, message) => {
      const report = await imports(
        `${HEADER},minQuantity,maxQuantity,quantityStep\nA,Tea,1,${rule}\nB,Cup,1,1,9,1\n`,
      );

      expect(report).toEqual({
        imported: 1,
        errors: [{ line: 2, message: expect.stringContaining(message) }],
      });
      expect(await rules()).toEqual([{ sku: 'B', min: 1, max: 9, step: 1 }]);
    });

    it('refuses the line that the stored product or an earlier line makes impossible', async () => {
      await shop.product({ sku: 'OLD', name: 'Old', minQuantity: 5, quantityStep: 4 });

      const report = await imports(
        `${HEADER},maxQuantity,minQuantity\nOLD,New,1,7,5\nA,Tea,x,1,1\nNEW,Cup,1,4,3\nNEW,Mug,1,2,3\n`,
      );

      expect(report).toEqual({
        imported: 1,
        errors: [
          { line: 2, message: expect.stringContaining('maxQuantity must be at least 8') },
          { line: 3, message: expect.stringContaining('unitPriceMinor') },
          { line: 5, message: expect.stringContaining('maxQuantity must be at least 3') },
        ],
      });
      expect(await shop.sql('SELECT name, max_quantity FROM products ORDER BY sku')).toEqual([
        { name: 'Cup', max_quantity: 4 },
        { name: 'Old', max_quantity: null },
      ]);
    });

    it.each(['maxQuantity', 'minQuantity', 'quantityStep'])(
      'compares a file that has only %s with the stored members',
      async (column) => {
        await shop.product({ sku: 'OLD', name: 'Old', minQuantity: 5, maxQuantity: 9, quantityStep: 4 });
        const impossible = { maxQuantity: 7, minQuantity: 9, quantityStep: 10 }[column];

        const report = await imports(`${HEADER},${column}\nOLD,New,1,${impossible}\n`);

        expect(report).toMatchObject({ imported: 0, errors: [{ line: 2 }] });
        expect(report.error).toBeUndefined();
        expect(await rules()).toEqual([{ sku: 'OLD', min: 5, max: 9, step: 4 }]);
      },
    );

    it('refuses the line when a product with another rule is created meanwhile', async () => {
      const insert = `INSERT INTO products (sku, name, unit_price_minor, quantity_step) VALUES ('A', 'Old', 1, 4)`;

      const [report] = await whileLocked(shop, [insert, []], () => [
        imports(`${HEADER},minQuantity,maxQuantity\nA,New,1,5,7\nB,Cup,1,5,7\n`),
      ]);

      expect(report).toMatchObject({ imported: 1, errors: [{ line: 2 }] });
      expect(await rules()).toEqual([
        { sku: 'A', min: 1, max: null, step: 4 },
        { sku: 'B', min: 5, max: 7, step: 1 },
      ]);
    });
  });

  describe('with changes of the stock', () => {
    it.each(['stockChange', 'stock_change'])(
      'adds %s, and an empty field changes nothing',
      async (column) => {
        for (const sku of ['A', 'B', 'C']) await shop.product({ sku, stock: 5 });
        await shop.product({ sku: 'D', stock: null });

        const report = await imports(
          `${HEADER},${column}\nA,Tea,1,+3\nB,Cup,1,-5\nC,Pot,1,\nD,Mug,1,\nNEW,Jug,1,\n`,
        );

        expect(report).toEqual({ imported: 5, errors: [] });
        expect(await stocks()).toEqual({ A: 8, B: 0, C: 5, D: null, NEW: null });
      },
    );

    it('adds each line of a sku, in one batch and over several', async () => {
      await shop.product({ sku: 'A', stock: 2 });
      const others = Array.from({ length: 1_500 }, (_, n) => `P-${n},Product,1,`);

      const report = await imports(
        [`${HEADER},stockChange`, 'A,Tea,1,4', 'A,Later,1,-5', ...others, 'A,Last,1,10', ''].join('\n'),
      );

      expect(report).toEqual({ imported: 1_503, errors: [] });
      expect(await shop.sql(`SELECT name, stock FROM products WHERE sku = 'A'`)).toEqual([
        { name: 'Last', stock: 11 },
      ]);
    });

    it.each([
      ['A,New,1,-6', 'stockChange must not lower the stock (5) below 0'],
      ['A,New,1,2147483643', 'stockChange must not raise the stock (5) above 2147483647'],
      ['B,New,1,1', 'stockChange needs a tracked stock'],
      ['NEW,New,1,1', 'stockChange needs a tracked stock'],
      ['A,New,1,-2147483648', 'stockChange is too small ("-2147483648")'],
      ['A,New,1,2147483648', 'stockChange is too large ("2147483648")'],
      ['A,New,1,-1.5', 'stockChange has a decimal or thousands separator ("-1.5")'],
      ['A,New,1,some', 'stockChange is not a number ("some")'],
    ])('refuses the line %s and changes nothing of its product', async (line, message) => {
      await shop.product({ sku: 'A', name: 'Old', stock: 5 });
      await shop.product({ sku: 'B', name: 'Old', stock: null });

      const report = await imports(`${HEADER},stockChange\n${line}\nZ,Cup,1,\n`);

      expect(report).toEqual({
        imported: 1,
        errors: [{ line: 2, message: expect.stringContaining(message) }],
      });
      expect(await stocks()).toEqual({ A: 5, B: null, Z: null });
      expect(await shop.count('products', `name = 'New'`)).toBe(0);
    });

    it('judges each line by the lines before it', async () => {
      await shop.product({ sku: 'A', name: 'Old', stock: 5 });

      const report = await imports(`${HEADER},stockChange\nA,One,1,-4\nA,Two,1,-4\nA,Three,1,-1\n`);

      expect(report).toMatchObject({ imported: 2, errors: [{ line: 3 }] });
      expect(await shop.sql('SELECT name, stock FROM products')).toEqual([{ name: 'Three', stock: 0 }]);
    });

    it('changes nothing in the atomic mode when one line is refused', async () => {
      await shop.product({ sku: 'A', stock: 5 });
      const csv = `${HEADER},stockChange\nA,Tea,1,2\nA,Tea,1,-9\n`;

      expect(await imports(csv, true)).toMatchObject({ imported: 0, errors: [{ line: 3 }] });
      expect(await stocks()).toEqual({ A: 5 });
    });

    it('counts what is sold and imported meanwhile, on two instances', async () => {
      const other = await shop.instance();
      for (const sku of ['A', 'B']) await shop.product({ sku, stock: 5, reserved: 1 });
      const csv = `${HEADER},stockChange\nB,Cup,1,2\nA,Tea,1,1\n`;

      const reports = await whileLocked(
        shop,
        [`UPDATE products SET stock = stock - 1 WHERE sku = 'A'`, []],
        () => [imports(csv), imports(csv, true, other)],
      );

      expect(reports).toEqual(Array(2).fill({ imported: 2, errors: [] }));
      expect(await stocks()).toEqual({ A: 6, B: 9 });
      expect(await shop.count('products', 'reserved = 1')).toBe(2);
      await shop.sql('TRUNCATE products CASCADE');
    });
  });
});
