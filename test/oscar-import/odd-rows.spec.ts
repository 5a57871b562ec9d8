import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { BasketImport } from '../../src/oscar-import/basket-import.service.js';
import { djangoSession, OldShop } from '../support/oscar.js';
import { Shop } from '../support/shop.js';

/** Some shops have widened these columns. */
const WIDEN = `
  ALTER TABLE auth_user ALTER username TYPE text, ALTER email TYPE text, ALTER first_name TYPE text;
  ALTER TABLE partner_stockrecord ALTER partner_sku TYPE text;
  ALTER TABLE basket_basket ALTER date_created DROP NOT NULL;
  ALTER TABLE basket_line ALTER quantity TYPE numeric, ALTER price_incl_tax TYPE numeric,
    ALTER price_currency DROP NOT NULL, ALTER date_created DROP NOT NULL;
  ALTER TABLE django_session ALTER session_key TYPE text`;

let shop: Shop;
let old: OldShop;
beforeAll(async () => {
  shop = await Shop.open();
});
beforeEach(async () => {
  await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
});
afterEach(() => old.close());
afterAll(() => shop.close());

const open = async (options = '') => {
  old = await OldShop.open(options);
  await old.sql(WIDEN);
};
const imports = async () => {
  const settings = { currency: 'EUR', sessionTtlSeconds: 60 } as never;
  const baskets = new BasketImport(shop.app.get(DataSource), settings);
  return baskets.import({ from: old.url, users: 'auth_user', dryRun: false });
};
/** Creates a basket of an owner with that line, and returns the line's id in the old shop. */
const ownedLine = async (email: string, sku: string, quantity = 1) => {
  const stock = await old.stock(sku);
  return old.basket({ owner: await old.user(email), lines: [[stock, quantity, '1.00']] });
};
const importedSkus = async () =>
  (await shop.sql<{ sku: string }>('SELECT sku FROM basket_lines ORDER BY sku COLLATE "C"')).map(
    ({ sku }) => sku,
  );

describe('baskets:import skips, counts and continues after', () => {
  it.each([
    ['infinity', `'infinity'`],
    ['-infinity', `'-infinity'`],
    ['the year 290000', `'290000-01-01'`],
    ['a year before Christ', `'0044-03-15 BC'`],
    ['a year before 1970', `'1969-12-31'`],
    ['a year to come', `'2999-01-01'`],
    ['no date', 'NULL'],
  ])('a basket with the date %s, also when its owner has another one', async (_, date) => {
    await open();
    const stock = await old.stock('GOOD');
    const ada = await old.user('ada@example.com');
    const odd = await old.basket({ owner: ada, lines: [[stock, 7, '1.00']] });
    await old.basket({ owner: ada, createdAt: '2021-01-01', lines: [[stock, 1, '1.00']] });
    await old.sql(`UPDATE basket_basket SET date_created = ${date} WHERE id = ${odd}`);

    const { taken, left } = await imports();

    expect(taken).toMatchObject({ ownedBaskets: 1, users: 1, lines: 1 });
    expect(left.baskets).toEqual({ impossibleDate: 1 });
    expect(await shop.sql('SELECT sku, quantity FROM basket_lines')).toEqual([{ sku: 'GOOD', quantity: 1 }]);
  });

  it.each([
    ['a quantity of 0', 'quantity = 0', 'withoutQuantity'],
    ['a negative quantity', 'quantity = -1', 'withoutQuantity'],
    ['half a piece', 'quantity = 0.5', 'withoutQuantity'],
    ['a quantity beyond an int', 'quantity = 2147483648', 'withoutQuantity'],
    ['a quantity beyond a bigint', `quantity = '1e30'`, 'withoutQuantity'],
    ['a quantity of NaN', `quantity = 'NaN'`, 'withoutQuantity'],
    ['a price of NaN', `price_incl_tax = 'NaN'`, 'withoutPrice'],
    ['a price of infinity', `price_incl_tax = 'infinity'`, 'withoutPrice'],
    ['a negative price', 'price_incl_tax = -1', 'withoutPrice'],
    ['a price beyond an int', 'price_incl_tax = 21474836.48', 'withoutPrice'],
    ['a huge price', `price_incl_tax = '1e200'`, 'withoutPrice'],
    ['no currency', 'price_currency = NULL', 'inAnotherCurrency'],
    ['an empty currency', `price_currency = ''`, 'inAnotherCurrency'],
    ['the date infinity', `date_created = 'infinity'`, 'impossibleDate'],
    ['the year 290000', `date_created = '290000-01-01'`, 'impossibleDate'],
  ])('a line with %s', async (_, change, reason) => {
    await open();
    await shop.product({ sku: 'ODD' });
    const odd = await ownedLine('ada@example.com', 'ODD');
    await ownedLine('bob@example.com', 'GOOD', 2);
    await old.sql(`UPDATE basket_line SET ${change} WHERE basket_id = ${odd}`);

    const { left } = await imports();

    expect(left).toMatchObject({ baskets: { empty: 1 }, lines: { [reason]: 1 } });
    expect(await importedSkus()).toEqual(['GOOD']);
  });

  it.each([
    ['a very long address', `${'x'.repeat(12_800)}@example.com`],
    ['an address of 255 characters', `${'x'.repeat(243)}@example.com`],
    ['an address with a control character', 'a\u0007@example.com'],
    ['no address', 'nobody'],
  ])('an owner with %s', async (_, email) => {
    await open();
    await ownedLine(email, 'ODD');
    await ownedLine('bob@example.com', 'GOOD');

    const { left } = await imports();

    expect(left.baskets).toEqual({ ownerWithoutEmail: 1 });
    expect(await shop.sql('SELECT email FROM users')).toEqual([{ email: 'bob@example.com' }]);
  });

  it('a session whose key is too long for an index', async () => {
    await open();
    const stock = await old.stock('GOOD');
    const [odd, good] = [
      await old.basket({ lines: [[stock, 1, '1.00']] }),
      await old.basket({ lines: [[stock, 2, '1.00']] }),
    ];
    await old.session('k'.repeat(10_000), djangoSession.plain({ oscar_open_basket: odd }));
    await old.session(
      'good',
      djangoSession.plain({ oscar_open_basket: good, name: '\u0000\ud800' }),
      'infinity',
    );

    const { taken, left } = await imports();

    expect(taken).toMatchObject({ guestBaskets: 1 });
    expect(left).toMatchObject({ sessions: { unreadable: 1 }, baskets: { withoutLivingSession: 1 } });
  });

  it('text that is not UTF-8 in a database of SQL_ASCII', async () => {
    await open(`ENCODING 'SQL_ASCII' LOCALE 'C'`);
    await ownedLine('ada@example.com', 'ODD-SKU');
    await ownedLine('bob@example.com', 'GOOD-1');
    await ownedLine('carl@example.com', 'GOOD-2');
    await old.sql(`
      UPDATE partner_stockrecord SET partner_sku = E'M\\xfcsli' WHERE partner_sku = 'ODD-SKU';
      UPDATE auth_user SET email = E'b\\xf6b@example.com' WHERE email = 'bob@example.com';
      UPDATE auth_user SET first_name = E'J\\xf6rg' WHERE email = 'carl@example.com'`);

    const { left } = await imports();

    expect(left).toMatchObject({ baskets: { empty: 1, ownerWithoutEmail: 1 }, lines: { withoutSku: 1 } });
    expect(await importedSkus()).toEqual(['GOOD-2']);
  });
});

describe('baskets:import imports', () => {
  it('a sku trimmed and composed by the rule of all inputs, or not at all', async () => {
    await open();
    const skus = ['PLAIN', '\u00a0TRIM\u3000', 'Cafe\u0301', '茶'];
    for (const [n, sku] of skus.entries()) await ownedLine(`${n}@example.com`, sku);
    const bad = ['..', 'A\u200bB', 'A  B', '\u3164', 'x'.repeat(101), 'x'.repeat(5_000), '👍'.repeat(51)];
    for (const [n, sku] of bad.entries()) await ownedLine(`bad-${n}@example.com`, sku);

    const { taken: counts, left } = await imports();

    expect(counts.lines).toBe(4);
    expect(left.lines).toEqual({ withoutSku: bad.length });
    expect(await importedSkus()).toEqual(['Caf\u00e9', 'PLAIN', 'TRIM', '茶'].sort());
  });

  it('more unusual skus than one batch holds, and a long name up to 100 characters', async () => {
    await open();
    const ada = await old.user('ada@example.com', '!', 'n'.repeat(5_000));
    const basket = await old.basket({ owner: ada, lines: [] });
    await old.sql(`
      INSERT INTO catalogue_product (title) SELECT 'x' FROM generate_series(1, 5001);
      INSERT INTO partner_stockrecord (product_id, partner_sku) SELECT id, '茶' || id FROM catalogue_product;
      INSERT INTO basket_line (basket_id, product_id, stockrecord_id, quantity, price_incl_tax)
      SELECT ${basket}, product_id, id, 1, 1 FROM partner_stockrecord`);

    expect((await imports()).taken).toMatchObject({ ownedBaskets: 1, lines: 5_001 });
    expect(await shop.count('users', `display_name = repeat('n', 100)`)).toBe(1);
  });
});
