import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

describe('products:import', () => {
  let shop: Shop;
  let folder: string;
  beforeAll(async () => {
    shop = await Shop.open();
    folder = await mkdtemp(join(tmpdir(), 'basketkeeper-csv-'));
  });
  beforeEach(() => shop.sql('TRUNCATE products'));
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await shop.close();
  });

  const imports = async (csv: string, ...flags: string[]) => {
    const file = join(folder, 'products.csv');
    await writeFile(file, csv);
    return Program.run('cli', ['products:import', file, ...flags], { DATABASE_URL: shop.databaseUrl }).ends();
  };
  const WRONG = `sku,name,unitPriceMinor,stock,isActive
A,Tea,450,,true
B,Cup,-1,,
C,"Two
lines",5,x,
D,Pot,1,2,maybe
E,Mug,7,2,false
`;

  it('makes and changes products, whatever the order of the columns', async () => {
    await shop.product({ sku: 'A', name: 'Old', unitPriceMinor: 1, stock: 9 });
    const rows = Array.from({ length: 2_500 }, (_, n) => `${n},P-${n},"Product ""${n}"""`);

    const { code, stdout } = await imports(
      `\ufeffunit_price_minor,sku,name\r\n450,A,Tea\r\n${rows.join('\r\n')}\r\n451,A,Later\r\n`,
      '--json',
    );

    expect([code, JSON.parse(stdout)]).toEqual([0, { imported: 2_502, errors: [] }]);
    expect(await shop.count('products')).toBe(2_501);
    expect(
      await shop.sql(
        `SELECT name, unit_price_minor, stock FROM products WHERE sku IN ('A', 'P-7') ORDER BY sku`,
      ),
    ).toEqual([
      { name: 'Later', unit_price_minor: 451, stock: null },
      { name: 'Product "7"', unit_price_minor: 7, stock: null },
    ]);
  });

  it('names the lines that are wrong and takes the others', async () => {
    const { code, stdout } = await imports(WRONG, '--json');

    const report = JSON.parse(stdout) as { imported: number; errors: { line: number }[] };
    expect(code).toBe(1);
    expect(report.imported).toBe(2);
    expect(report.errors.map(({ line }) => line)).toEqual([3, 5, 6]);
    expect(await shop.sql('SELECT sku, is_active FROM products ORDER BY sku')).toEqual([
      { sku: 'A', is_active: true },
      { sku: 'E', is_active: false },
    ]);
  });

  it('takes all or none, when that is asked for', async () => {
    const { code, stdout } = await imports(WRONG, '--atomic');

    expect(code).toBe(1);
    expect(stdout).toContain('Line 3: ');
    expect(stdout).toContain('Imported 0 products, refused 3 lines.');
    expect(await shop.count('products')).toBe(0);
    expect((await imports('sku,name,unitPriceMinor\nA,Tea,1\n', '--atomic')).code).toBe(0);
    expect(await shop.count('products')).toBe(1);
  });

  it('says what is wrong with the file', async () => {
    const noColumn = await imports('sku,name,price\nA,Tea,1\n');
    const noCsv = await imports('sku,name,unitPriceMinor\nA,"Tea,1\n');
    const noFile = await Program.run('cli', ['products:import', '/no/such'], {
      DATABASE_URL: shop.databaseUrl,
    }).ends();

    expect([noColumn.code, noCsv.code, noFile.code]).toEqual([1, 1, 1]);
    expect(noColumn.stderr).toContain('missing: unitPriceMinor, unknown: price');
    expect(noCsv.stderr).toContain('Quote');
    expect(noFile.stderr).toContain('ENOENT');
    expect(await shop.count('products')).toBe(0);
  });
});

describe('users:create-admin', () => {
  it('makes an admin with a password, and an admin of a user who exists', async () => {
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
    expect([promoted.code, promoted.stdout]).toEqual([0, `${ada.email} is an admin now.\n`]);
    expect((await shop.guest().logsInAs(ada)).user.role).toBe('admin');
    expect(refused.code).toBe(1);
    await shop.close();
  });
});
