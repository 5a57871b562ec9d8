import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ImportReport, ProductImport } from '../../../src/catalogue/import/product-import.service.js';
import { CsvFile } from '../../support/csv-file.js';
import { Program } from '../../support/program.js';
import { Shop } from '../../support/shop.js';

const HEADER = 'sku,name,unitPriceMinor';

describe('products:import reports', () => {
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

  const imports = async (csv: string | Buffer, atomic = false) =>
    shop.app.get(ProductImport).import(await file.write(csv), { atomic });
  const json = async (path: string, variables: Record<string, string> = {}) => {
    const all = { DATABASE_URL: shop.databaseUrl, ...variables };
    const { code, stdout } = await Program.run('cli', ['products:import', path, '--json'], all).ends();
    return { code, report: JSON.parse(stdout) as ImportReport };
  };

  it.each([
    [
      'a decimal comma',
      '"12,90"',
      /unitPriceMinor has a decimal or thousands separator \("12,90"\).*1290 for 12.90/,
    ],
    ['a decimal point', '12.90', /unitPriceMinor has a decimal or thousands separator \("12.90"\)/],
    ['an exponent', '1e3', /unitPriceMinor has an exponent \("1e3"\)/],
    ['a negative amount', '-5', /unitPriceMinor is negative \("-5"\)/],
    ['too large an amount', '2147483648', /unitPriceMinor is too large/],
    ['a currency', '5 EUR', /unitPriceMinor is not a number \("5 EUR"\)/],
    ['no amount', '', /unitPriceMinor is empty/],
  ])('the line of a price that has %s', async (_, amount, message) => {
    const report = await imports(`${HEADER}\nA,Tea,${amount}\nB,Cup,007\n`);

    expect(report).toMatchObject({ imported: 1, errors: [{ line: 2 }] });
    expect(report.errors[0]?.message).toMatch(message);
    expect(await shop.sql('SELECT sku, unit_price_minor FROM products')).toEqual([
      { sku: 'B', unit_price_minor: 7 },
    ]);
  });

  it.each([
    ['WAHR as isActive', 'A,Tea,1,WAHR,', 'isActive is "WAHR": write true or false'],
    ['1 as isActive', 'A,Tea,1,1,', 'isActive is "1": write true or false'],
    ['a stock that is not a number', 'A,Tea,1,,many', 'stock is not a number ("many"): write a whole number'],
    ['a comma without quotes', 'A,Cup, blue,1,true,2', 'has 6 fields, and the header names 5'],
    ['a field too few', 'A,Tea,1,true', 'the line has 4 fields, and the header names 5'],
    ['a sku of dots', '..,Tea,1,true,', 'sku must be 1 to 100 visible characters'],
    ['an invisible sku', '\u3164,Tea,1,true,', 'sku must be 1 to 100 visible characters'],
    ['no sku', ',Tea,1,true,', 'sku must be 1 to 100 visible characters'],
  ])('the line of a product with %s', async (_, line, message) => {
    const report = await imports(`${HEADER},isActive,stock\n${line}\nZ,Cup,1,true,\n`);

    expect(report).toEqual({ imported: 1, errors: [{ line: 2, message: expect.stringContaining(message) }] });
  });

  it('the line and the encoding of text that is not UTF-8, and does not store it', async () => {
    const latin1 = Buffer.from(`${HEADER}\r\nA,Tea,1\r\nB,M\xfcsli & Caf\xe9,100\r\n`, 'latin1');

    const report = await imports(latin1);

    expect(report).toEqual({
      imported: 1,
      errors: [{ line: 3, message: expect.stringContaining('Windows-1252') }],
    });
    expect(await shop.count('products', `sku = 'B'`)).toBe(0);
  });

  it.each<[string, string | Buffer, string]>([
    ['an empty file', '', 'The file is empty'],
    ['a file of blank lines', '\ufeff\n\r\n', 'The file is empty'],
    [
      'semicolons',
      'sku;name;unitPriceMinor\r\nA;Tea;1\r\n',
      'separated by a semicolon: the separator must be a comma',
    ],
    ['tabs', 'sku\tname\tunitPriceMinor\nA\tTea\t1\n', 'separated by a tab: the separator must be a comma'],
    ['UTF-16', Buffer.from(`\ufeff${HEADER}\nA,Tea,1\n`, 'utf16le'), 'probably UTF-16'],
    [
      'a missing and an unknown column',
      'sku,name,price\nA,Tea,1\n',
      'missing: unitPriceMinor, unknown: price',
    ],
    ['a column without a name', 'sku,,name,unitPriceMinor\nA,,Tea,1\n', 'unknown: (empty)'],
    ['a column twice', `${HEADER},name\nA,Tea,1,Tee\n`, 'names one column twice: name and name'],
    [
      'stock beside stockChange',
      `${HEADER},stock,stock_change\nA,Tea,1,5,1\n`,
      'names stock, which replaces the stock, and stockChange, which adds to it',
    ],
    ['the reserved pieces', `${HEADER},reserved\nA,Tea,1,5\n`, 'unknown: reserved'],
    [
      'a column in two spellings',
      `${HEADER},unit_price_minor\nA,Tea,1,9\n`,
      'names one column twice: unitPriceMinor and unit_price_minor',
    ],
  ])('%s as an error of the whole file', async (_, csv, message) => {
    const report = await imports(csv);

    expect(report).toEqual({ imported: 0, errors: [], error: expect.stringContaining(message) });
    expect(await shop.count('products')).toBe(0);
  });

  it('errors of the file, the header and the database as JSON, and exits with 1', async () => {
    const csv = await file.write('sku;name\n');

    const noFile = await json(`${csv}.none`);
    const noHeader = await json(csv);
    const noDatabase = await json(csv, { DATABASE_URL: 'postgres://x:x@127.0.0.1:1/x' });
    const noSetting = await json(csv, { DATABASE_POOL_SIZE: 'x' });

    for (const { code, report } of [noFile, noHeader, noDatabase, noSetting]) {
      expect([code, report.imported, report.errors]).toEqual([1, 0, []]);
    }
    expect(noFile.report.error).toContain('ENOENT');
    expect(noHeader.report.error).toContain('comma');
    expect(noDatabase.report.error).toContain('ECONNREFUSED');
    expect(noSetting.report.error).toContain('DATABASE_POOL_SIZE');
  });

  it.each([
    ['which keeps the lines before it', false, 1_000],
    ['which keeps nothing in the atomic mode', true, 0],
  ])('a database failure in the middle of the file, %s', async (_, atomic, imported) => {
    await shop.sql(`ALTER TABLE products ADD CONSTRAINT never CHECK (sku <> 'P-1500')`);
    const rows = Array.from({ length: 2_000 }, (_row, n) => `P-${n},Product,1`);

    const report = await imports(`${HEADER}\n${rows.join('\n')}\n`, atomic);
    await shop.sql('ALTER TABLE products DROP CONSTRAINT never');

    expect(report).toEqual({ imported, errors: [], error: expect.stringContaining('lines 1002 to 2001') });
    expect(await shop.count('products')).toBe(imported);
  });

  it('10,000 errors at most, and the count of the others', async () => {
    const report = await imports(`${HEADER}\n${'A,Tea,x\n'.repeat(10_005)}`);

    expect([report.errors.length, report.moreErrors, report.imported]).toEqual([10_000, 5, 0]);
  });
});
