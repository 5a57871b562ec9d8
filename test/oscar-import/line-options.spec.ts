import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { type Attributes, variantOf } from '../../src/basket/query/line-id.js';
import { BasketImport } from '../../src/oscar-import/basket-import.service.js';
import { djangoSession, type OldOptions, OldShop } from '../support/oscar.js';
import { Shop } from '../support/shop.js';

/** The versions of django-oscar before 3.2 keep the value as text. */
const KEEP_TEXT = `ALTER TABLE basket_lineattribute ALTER value TYPE varchar(255) USING value #>> '{}'`;

interface Line {
  sku: string;
  variant: string;
  attributes: Attributes;
  quantity: number;
}

describe('baskets:import of lines with options', () => {
  let shop: Shop;
  let old: OldShop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    old = await OldShop.open();
  });
  afterEach(() => old.close());
  afterAll(() => shop.close());

  const imports = async (dryRun = false) => {
    const settings = { currency: 'EUR', sessionTtlSeconds: 60 } as never;
    const baskets = new BasketImport(shop.app.get(DataSource), settings);
    return baskets.import({ from: old.url, users: 'auth_user', dryRun });
  };
  /** Creates a basket with one line for each of the options. The quantities are 1, 2, 4, 8, … */
  const ownedLines = async (email: string, sku: string, ...lines: OldOptions[]) => {
    const stock = await old.stock(sku);
    return old.basket({
      owner: await old.user(email),
      lines: lines.map((options, n) => [stock, 2 ** n, '1.00', 'EUR', options]),
    });
  };
  const lines = () =>
    shop.sql<Line>('SELECT sku, variant, attributes, quantity FROM basket_lines ORDER BY quantity, sku');
  const line = (sku: string, quantity: number, attributes: Attributes = {}): Line => ({
    sku,
    variant: variantOf(sku, attributes),
    attributes,
    quantity,
  });

  it('keeps two engravings apart, and sums the lines with the same one', async () => {
    await ownedLines(
      'ada@example.com',
      'RING',
      [['engraving', 'Ada']],
      [
        ['engraving', 'Bob'],
        ['size', 'M'],
      ],
      [],
      [
        ['size', 'M'],
        ['engraving', 'Bob'],
      ],
      [['engraving', '']],
    );
    await ownedLines('bob@example.com', 'CUP', [['engraving', 'Ada']]);
    const stock = await old.stock('\u00a0RING ');
    const guest = await old.basket({ lines: [[stock, 64, '1.00', 'EUR', [['engraving', 'Ada']]]] });
    await old.session('active', djangoSession.plain({ oscar_open_basket: guest }));

    const { taken, left } = await imports();

    expect(taken).toMatchObject({ ownedBaskets: 2, guestBaskets: 1, lines: 7 });
    expect(left.lines).toEqual({});
    expect(await lines()).toEqual([
      line('CUP', 1, { engraving: 'Ada' }),
      line('RING', 1, { engraving: 'Ada' }),
      line('RING', 2 + 8, { engraving: 'Bob', size: 'M' }),
      line('RING', 4 + 16),
      line('RING', 64, { engraving: 'Ada' }),
    ]);
  });

  it.each([
    ['JSON', ''],
    ['text', KEEP_TEXT],
  ])('stores values in a column of %s as texts', async (_, change) => {
    if (change) await old.sql(change);
    await ownedLines('ada@example.com', 'RING', [
      ['engraving', '007'],
      ['quoted', '"[1, 2]"'],
      ['letters', 12],
      ['length', 1.5],
      ['wrapped', true],
      ['insured', false],
      ['stones', ['ruby', 'opal']],
    ]);

    expect((await imports()).taken.lines).toBe(1);
    const attributes = {
      engraving: '007',
      quoted: '"[1, 2]"',
      letters: '12',
      length: '1.5',
      wrapped: 'true',
      insured: 'false',
      stones: '["ruby","opal"]',
    };
    expect(await lines()).toEqual([line('RING', 1, attributes)]);
  });

  it.each<[string, OldOptions]>([
    ['a value of 501 characters', [['engraving', 'x'.repeat(501)]]],
    ['a value of 100 kB', [['engraving', 'x'.repeat(100_000)]]],
    ['21 options', Array.from({ length: 21 }, (_, n) => [`option-${n}`, 'x'])],
    ['more than 4 kB', Array.from({ length: 9 }, (_, n) => [`option-${n}`, 'x'.repeat(500)])],
    ['100 kB in many options', Array.from({ length: 200 }, (_, n) => [`option-${n}`, 'x'.repeat(500)])],
    ['a code with a space', [['the engraving', 'Ada']]],
    ['a code of 41 characters', [['c'.repeat(41), 'Ada']]],
    [
      'two values of one option',
      [
        ['engraving', 'Ada'],
        ['engraving', 'Bob'],
      ],
    ],
  ])('skips and counts a line with %s', async (_, options) => {
    await ownedLines('ada@example.com', 'RING', options, [['engraving', 'Good']]);

    const { taken, left } = await imports();

    expect(taken.lines).toBe(1);
    expect(left.lines).toEqual({ withUnusableOptions: 1 });
    expect(await lines()).toEqual([line('RING', 2, { engraving: 'Good' })]);
  });

  it('skips a line whose option has no code any more, unless its value is empty', async () => {
    await ownedLines('ada@example.com', 'RING', [['engraving', 'Ada']], [['engraving', '']]);
    await old.sql('DELETE FROM catalogue_option');

    expect((await imports()).left.lines).toEqual({ withUnusableOptions: 1 });
    expect(await lines()).toEqual([line('RING', 2)]);

    await shop.sql('TRUNCATE users, baskets CASCADE');
    await old.sql('DROP TABLE catalogue_option');
    expect((await imports()).left.lines).toEqual({ withUnusableOptions: 1 });
  });

  it.each(['NULL', `'null'`, `'""'`, `'[]'`, `'{}'`])(
    'leaves out an option with the value %s',
    async (value) => {
      await old.sql('ALTER TABLE basket_lineattribute ALTER value DROP NOT NULL');
      await ownedLines(
        'ada@example.com',
        'RING',
        [
          ['engraving', 'Ada'],
          ['size', 'M'],
        ],
        [['size', 'M']],
      );
      await old.sql(`UPDATE basket_lineattribute SET value = ${value} WHERE value = '"Ada"'`);

      await imports();

      expect(await lines()).toEqual([line('RING', 1 + 2, { size: 'M' })]);
    },
  );

  it('shows the attributes in the basket, and an add of the same ones adds to the line', async () => {
    await shop.product({ sku: 'RING' });
    const ada = await shop.user();
    await ownedLines(
      ada.email,
      'RING',
      [
        ['size', 'M'],
        ['engraving', 'Ada'],
      ],
      [],
    );
    await imports();
    const client = shop.guest();
    await client.logsInAs(ada);

    const attributes = { engraving: 'Ada', size: 'M' };
    await client.sends('POST', '/api/basket/lines', { sku: 'RING', quantity: 4, attributes });

    const shown = Object.fromEntries((await client.basket()).lines.map((each) => [each.id, each]));
    expect(shown).toMatchObject({
      [variantOf('RING', attributes)]: { sku: 'RING', attributes, quantity: 1 + 4 },
      RING: { sku: 'RING', attributes: {}, quantity: 2 },
    });
  });

  it('imports lines without options from a shop without the tables', async () => {
    await ownedLines('ada@example.com', 'RING', []);
    await old.sql('DROP TABLE basket_lineattribute; DROP TABLE catalogue_option');

    expect((await imports()).taken.lines).toBe(1);
    expect(await lines()).toEqual([line('RING', 1)]);
  });

  it('reports the same with a dry run, and changes nothing', async () => {
    await ownedLines('ada@example.com', 'RING', [['engraving', 'Ada']], [['a b', 'x']], []);

    const dry = await imports(true);
    expect(await shop.count('basket_lines')).toBe(0);

    expect(await imports()).toEqual({ ...dry, dryRun: false });
    expect(dry).toMatchObject({ taken: { lines: 2 }, left: { lines: { withUnusableOptions: 1 } } });
  });

  it('skips a line with bytes that are not UTF-8 in an option, and keeps text of UTF-8', async () => {
    await old.close();
    old = await OldShop.open(`ENCODING 'SQL_ASCII' LOCALE 'C'`);
    await old.sql(KEEP_TEXT);
    await ownedLines('ada@example.com', 'RING', [['engraving', 'Jörg']], [['engraving', 'ODD']]);
    await old.sql(String.raw`UPDATE basket_lineattribute SET value = E'J\xf6rg' WHERE value = 'ODD'`);

    expect((await imports()).left.lines).toEqual({ withUnusableOptions: 1 });
    expect(await lines()).toEqual([line('RING', 1, { engraving: 'Jörg' })]);
  });

  it('imports more options than one batch holds', async () => {
    const basket = await ownedLines('ada@example.com', 'RING', [['engraving', 'Ada']]);
    await old.sql(`
      INSERT INTO basket_line (basket_id, product_id, stockrecord_id, quantity, price_incl_tax)
      SELECT ${basket}, 1, 1, 1, 1 FROM generate_series(1, 2500);
      INSERT INTO basket_lineattribute (line_id, option_id, value) SELECT id, 1, to_jsonb(id) FROM basket_line WHERE id > 1`);

    expect((await imports()).taken.lines).toBe(2_501);
    const rows = await lines();
    expect(rows).toEqual(rows.map(({ attributes }) => line('RING', 1, attributes)));
    expect(new Set(rows.map(({ variant }) => variant)).size).toBe(2_501);
  });
});
