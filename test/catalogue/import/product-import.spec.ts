import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProductImport, type ImportReport } from '../../../src/catalogue/import/product-import.service.js';
import { CsvFile } from '../../support/csv-file.js';
import { Program } from '../../support/program.js';
import { Shop } from '../../support/shop.js';

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

/** Imports in this process, as the command does. */
const imports = async (csv: string | Buffer, atomic = false) =>
  shop.app.get(ProductImport).import(await file.write(csv), { atomic });
/** Runs the command itself, and returns what it printed as JSON. */
const command = async (path: string, ...flags: string[]) => {
  const variables = { DATABASE_URL: shop.databaseUrl };
  const ended = await Program.run('cli', ['products:import', path, '--json', ...flags], variables).ends();
  return { ...ended, report: JSON.parse(ended.stdout) as ImportReport };
};
const skus = async () =>
  (await shop.sql<{ sku: string }>('SELECT sku FROM products ORDER BY sku')).map(({ sku }) => sku);
const linesOf = ({ errors }: ImportReport) => errors.map(({ line }) => line);

const HEADER = 'sku,name,unitPriceMinor\n';
const WRONG = `sku,name,unitPriceMinor,stock,isActive
A,Tea,450,,true
B,Cup,-1,,
C,"Two
lines",5,x,
D,Pot,1,2,maybe
E,Mug,7,2,false
`;

describe('products:import', () => {
  it('creates and changes products, in any order of the columns', async () => {
    await shop.product({ sku: 'A', name: 'Old', unitPriceMinor: 1 });
    const rows = Array.from({ length: 2_500 }, (_, n) => `${n},P-${n},"Product ""${n}"""`);
    const csv = `\ufeffunit_price_minor,sku,name\r\n450,A,Tea\r\n${rows.join('\r\n')}\r\n451,A,Later\r\n`;

    const { code, report } = await command(await file.write(csv));

    expect([code, report]).toEqual([0, { imported: 2_502, errors: [] }]);
    expect(await shop.count('products')).toBe(2_501);
    expect(
      await shop.sql(`SELECT name, unit_price_minor FROM products WHERE sku IN ('A', 'P-7') ORDER BY sku`),
    ).toEqual([
      { name: 'Later', unit_price_minor: 451 },
      { name: 'Product "7"', unit_price_minor: 7 },
    ]);
  });

  it('changes only the columns that the header names, and gives a new product the defaults', async () => {
    const rule = { minQuantity: 2, maxQuantity: 10, quantityStep: 2 };
    const kept = { description: 'Long', imageUrl: '/pot.png', stock: 5, isActive: false, reserved: 3 };
    await shop.product({ sku: 'OLD', name: 'Kettle', unitPriceMinor: 1_000, ...kept, ...rule });

    await imports(`${HEADER}OLD,Old kettle,1100\nNEW,Cup,200\n`);

    expect(await shop.sql('SELECT * FROM products ORDER BY sku')).toEqual([
      {
        sku: 'NEW',
        name: 'Cup',
        unit_price_minor: 200,
        description: '',
        image_url: null,
        stock: null,
        is_active: true,
        min_quantity: 1,
        max_quantity: null,
        quantity_step: 1,
        reserved: 0,
      },
      {
        sku: 'OLD',
        name: 'Old kettle',
        unit_price_minor: 1_100,
        description: 'Long',
        image_url: '/pot.png',
        stock: 5,
        is_active: false,
        min_quantity: 2,
        max_quantity: 10,
        quantity_step: 2,
        reserved: 3,
      },
    ]);
  });

  it('clears a value by an empty field of a named column, but an empty field does not put a product back on sale', async () => {
    const full = { description: 'Long', imageUrl: '/pot.png', stock: 5 };
    await shop.product({ sku: 'GONE', ...full, isActive: false });
    await shop.product({ sku: 'SOLD', ...full });

    await imports(
      'sku,name,unitPriceMinor,description,imageUrl,stock,isActive\nGONE,x,1,,,,\nSOLD,x,1,,,,\nNEW,x,1,,,,\n',
    );

    const columns = 'description, image_url, stock, is_active';
    const empty = { description: '', image_url: null, stock: null };
    expect(await shop.sql(`SELECT ${columns} FROM products ORDER BY sku`)).toEqual([
      { ...empty, is_active: false },
      { ...empty, is_active: true },
      { ...empty, is_active: true },
    ]);
  });

  it('reports invalid lines and imports the others', async () => {
    const { code, report } = await command(await file.write(WRONG));

    expect(code).toBe(1);
    expect(report.imported).toBe(2);
    expect(linesOf(report)).toEqual([3, 4, 6]);
    expect(await shop.sql('SELECT sku, is_active FROM products ORDER BY sku')).toEqual([
      { sku: 'A', is_active: true },
      { sku: 'E', is_active: false },
    ]);
  });

  it('imports all lines or none in the atomic mode', async () => {
    const refused = await imports(WRONG, true);
    const unreadable = await imports(`${HEADER}A,Tea,1\nB,TV 55" black,1\n`, true);
    const { code, stdout } = await Program.run(
      'cli',
      ['products:import', await file.write(WRONG), '--atomic'],
      {
        DATABASE_URL: shop.databaseUrl,
      },
    ).ends();

    expect([refused.imported, unreadable.imported]).toEqual([0, 0]);
    expect([linesOf(refused), linesOf(unreadable)]).toEqual([[3, 4, 6], [3]]);
    expect(code).toBe(1);
    expect(stdout).toContain('Line 3: ');
    expect(stdout).toContain('Imported 0 products, refused 3 lines.');
    expect(await shop.count('products')).toBe(0);
    expect(await imports(`${HEADER}A,Tea,1\n`, true)).toEqual({ imported: 1, errors: [] });
    expect(await shop.count('products')).toBe(1);
  });

  it('refuses one line for a stray quote at line 10,002, and imports all others', async () => {
    const lines = Array.from({ length: 11_999 }, (_, n) => `BIG-${n + 2},Product,100`);
    lines[10_000] = 'BIG-10002,TV 55" black,100';

    const { code, report } = await command(await file.write(`${HEADER}${lines.join('\n')}\n`));

    expect([code, report.imported, linesOf(report)]).toEqual([1, 11_998, [10_002]]);
    expect(report.errors[0]?.message).toContain('field 2 has a quote within it');
    expect(await shop.count('products')).toBe(11_998);
  });

  it('refuses one line for a quote that is never closed, and imports the others', async () => {
    const report = await imports(`${HEADER}A,Tea,1\nB,"Cup,2\nC,Pot,3\n`);

    expect(report).toEqual({
      imported: 2,
      errors: [{ line: 3, message: 'the quote at the start of field 2 is never closed' }],
    });
    expect(await skus()).toEqual(['A', 'C']);
  });

  it('accepts the output of spreadsheets: TRUE and FALSE, empty columns at the end, blank rows', async () => {
    const report = await imports(
      'sku,name,unitPriceMinor,isActive,,\r\nA,Tea,100,TRUE,,\r\n,,,,,\r\n\r\nB,Cup,100,False,,\r\nC,Pot,1,true\r\n,,\r\n',
    );

    expect(report).toEqual({ imported: 3, errors: [] });
    expect(await shop.sql('SELECT is_active FROM products ORDER BY sku')).toEqual([
      { is_active: true },
      { is_active: false },
      { is_active: true },
    ]);
  });

  it('reports that a file has no products, and exits with 0 when it has a header', async () => {
    const variables = { DATABASE_URL: shop.databaseUrl };
    const { code, stdout } = await Program.run(
      'cli',
      ['products:import', await file.write(HEADER)],
      variables,
    ).ends();

    expect([code, stdout]).toEqual([
      0,
      'The file has only a header and no products.\nImported 0 products, refused 0 lines.\n',
    ]);
  });

  it('stores a sku in its normal form, so that one product is one row', async () => {
    await imports(`${HEADER}" CAFE\u0301 ",Tea,1\nCAF\u00c9,Later,2\n`);

    expect(await shop.sql('SELECT sku, name FROM products')).toEqual([{ sku: 'CAF\u00c9', name: 'Later' }]);
  });
});

describe('users:create-admin', () => {
  it('creates an admin with a password, and makes an existing user an admin', async () => {
    const shop = await Shop.open();
    const create = (email: string) =>
      Program.run('cli', ['users:create-admin', email], { DATABASE_URL: shop.databaseUrl }).ends();
    const ada = await shop.user();

    const made = await create('Boss@example.com');
    const promoted = await create(ada.email);
    const refused = await create('nobody');

    const password = made.stdout.trim().split(' ').at(-1) ?? '';
    const { user } = await shop.guest().logsInAs({ email: 'boss@example.com', password });
    expect(user.role).toBe('admin');
    expect([promoted.code, promoted.stdout]).toEqual([0, `${ada.email} is now an admin.\n`]);
    expect((await shop.guest().logsInAs(ada)).user.role).toBe('admin');
    expect(refused.code).toBe(1);
    await shop.close();
  });
});
