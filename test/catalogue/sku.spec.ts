import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isSku, normaliseSku, SKU_SCHEMA } from '../../src/catalogue/sku.js';
import type { Client, ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

const GOOD = [
  'A',
  'TEA-GREEN-100',
  'A B',
  'a..',
  '..a',
  '.a',
  'A/B',
  'A\\B',
  'A%2FB',
  '100%',
  'A?b=c',
  'A#b',
  'A;b=c',
];
const GOOD_TOO = [
  'A&B',
  '"A"',
  "'",
  '+',
  'é',
  '茶',
  '👍',
  '%2e%2e',
  ' '.concat('A').trim(),
  'x'.repeat(100),
  '/',
  '..;',
];

const BAD: [string, string][] = [
  ['no character', ''],
  ['101 characters', 'x'.repeat(101)],
  ['one dot', '.'],
  ['two dots', '..'],
  ['many dots', '.....'],
  ['a space before it', ' A'],
  ['a space behind it', 'A '],
  ['two spaces within it', 'A  B'],
  ['a no-break space', 'A\u00a0B'],
  ['a wide space', 'A\u3000B'],
  ['a tab', 'A\tB'],
  ['a line separator', 'A\u2028B'],
  ['NUL', 'A\0'],
  ['DEL', 'A\x7f'],
  ['a zero width space', 'A\u200bB'],
  ['a zero width joiner', 'A\u200dB'],
  ['a byte order mark', '\ufeffA'],
  ['a soft hyphen', 'A\u00adB'],
  ['a mark for right-to-left', 'A\u202eB'],
  ['an isolate', 'A\u2066B'],
  ['a Hangul filler', '\u3164'],
  ['a Hangul initial filler', '\u115f'],
  ['a grapheme joiner', 'A\u034fB'],
  ['a variation selector', 'A\ufe0f'],
  ['a tag character', 'A\u{e0041}'],
  ['a blank Braille pattern', 'A\u2800B'],
  ['a character of private use', 'A\ue000'],
  ['a noncharacter', 'A\uffff'],
  ['what stands for a broken character', 'A\ufffd'],
  ['a letter that is not composed', 'Cafe\u0301'],
  ['a sign that NFC replaces', '10 \u212b'],
];

describe('a sku', () => {
  it.each([...GOOD, ...GOOD_TOO])('can be %j', (sku) => {
    expect(isSku(sku)).toBe(true);
    expect(normaliseSku(sku)).toBe(sku);
    expect(new RegExp(SKU_SCHEMA.pattern).test(sku)).toBe(true);
  });

  it.each(BAD)('cannot have %s', (_, sku) => {
    expect(isSku(sku)).toBe(false);
  });

  it.each([undefined, null, 1, ['A'], {}])('cannot be %j', (value) => {
    expect(isSku(value)).toBe(false);
  });

  it('of a file is trimmed and composed', () => {
    expect(normaliseSku('\u00a0Cafe\u0301 \t')).toBe('Caf\u00e9');
  });
});

describe('a sku in a request', () => {
  let shop: Shop;
  let admin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
    admin = await shop.admin();
  });
  afterAll(() => shop.close());

  it.each([...GOOD, ...GOOD_TOO])('names its product and its line in every path: %j', async (sku) => {
    const path = encodeURIComponent(sku);
    const guest = shop.guest();
    await admin.sends('PUT', `/api/admin/products/${path}`, { name: 'Tea', unitPriceMinor: 1 });

    expect((await guest.sends('GET', `/api/products/${path}`)).body).toMatchObject({ sku });
    await guest.adds({ sku }, 2);
    expect((await guest.sends('PUT', `/api/basket/lines/${path}`, { quantity: 5 })).status).toBe(200);
    expect(await guest.quantities()).toEqual({ [sku]: 5 });
    expect((await guest.sends('DELETE', `/api/basket/lines/${path}`)).status).toBe(200);
    expect(await guest.quantities()).toEqual({});
    expect((await admin.sends('PATCH', `/api/admin/products/${path}`, { stock: 1 })).body).toMatchObject({
      sku,
    });
  });

  it.each(BAD)('is refused in every path and body with %s', async (_, sku) => {
    const products = await shop.count('products');
    const refusals = [
      await shop.guest().sends<ProblemBody>('POST', '/api/basket/lines', { sku, quantity: 1 }),
      await shop.guest().sends<ProblemBody>('POST', '/api/basket/lines?by=controller', { sku, quantity: 1 }),
    ];
    // Clients resolve a path segment of one or two dots, and an empty segment leads to another
    // route.
    if (!/^\.{0,2}$/.test(sku)) {
      const path = encodeURIComponent(sku);
      refusals.push(
        await admin.sends<ProblemBody>('PUT', `/api/admin/products/${path}`, {
          name: 'x',
          unitPriceMinor: 1,
        }),
        await shop.guest().sends<ProblemBody>('PUT', `/api/basket/lines/${path}`, { quantity: 1 }),
        await shop.guest().sends<ProblemBody>('GET', `/api/products/${path}`),
      );
    }

    for (const { status, body } of refusals) {
      const name = String(body.instance).startsWith('/api/basket/lines/') ? 'lineId' : 'sku';
      expect([status, body.errors?.map(({ field }) => field)]).toEqual([400, [name]]);
    }
    expect(await shop.count('products')).toBe(products);
  });

  it('of an earlier version can be removed from a basket and withdrawn from sale', async () => {
    const guest = shop.guest();
    const tea = await shop.product();
    const { id } = await guest.adds(tea, 1);
    const old = [' old ', 'A\u00a0B', 'Cafe\u0301', '..'];
    for (const sku of old) {
      await shop.product({ sku });
      await shop.sql(
        'INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added) VALUES ($1, $2, 1, 1)',
        [id, sku],
      );
    }

    for (const sku of old.slice(0, 3)) {
      await guest.removes({ sku });
      const path = `/api/admin/products/${encodeURIComponent(sku)}`;
      expect((await admin.sends('PATCH', path, { isActive: false })).status).toBe(200);
    }
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1, '..': 1 });
    // No path can name this sku.
    expect((await guest.sends('DELETE', '/api/basket')).status).toBe(204);
    expect(await guest.quantities()).toEqual({});
  });
});
