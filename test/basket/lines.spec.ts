import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { LineDto } from '../../src/basket/line.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Answer, Client, ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

/** A basket or a problem. */
type Body = Pick<BasketDto, 'lines' | 'version'> & Pick<ProblemBody, 'type' | 'errors'>;
type Attributes = Record<string, unknown> | null;

const ADA = { engraving: 'For Ada', colour: 'red' };
const BOB = { engraving: 'For Bob' };
/** A condition is checked in a transaction. */
const LOCKED = { 'If-Match': '*' };

describe('a line with attributes', () => {
  let shop: Shop;
  let cup: Product;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_LINES: '3', BASKET_MAX_QUANTITY: '10' });
  });
  beforeEach(async () => {
    cup = await shop.product();
  });
  afterAll(() => shop.close());

  const add = (client: Client, attributes?: Attributes, quantity = 1, headers = {}) =>
    client.sends<Body>('POST', '/api/basket/lines', { sku: cup.sku, quantity, attributes }, headers);
  const put = (client: Client, id: string, quantity: number, headers = {}) =>
    client.sends<Body>('PUT', `/api/basket/lines/${id}`, { quantity }, headers);
  const adds = async (client: Client, attributes?: Attributes, quantity = 1): Promise<LineDto> => {
    const { status, body } = await add(client, attributes, quantity);
    expect(status).toBe(201);
    const wanted = JSON.stringify(Object.entries(attributes ?? {}).sort());
    const line = body.lines.find((each) => JSON.stringify(Object.entries(each.attributes).sort()) === wanted);
    if (!line) throw new Error('The answer has no such line');
    return line;
  };
  const problemOf = ({ status, body }: Answer<Body>) => [status, body.type];

  it('has the hash of its sku and attributes as its id, and the sku without attributes', async () => {
    const client = shop.guest();
    const canonical = JSON.stringify([cup.sku, Object.entries(ADA).sort()]);
    const hash = createHash('sha256').update(canonical).digest('hex').slice(0, 32);

    expect(await adds(client, ADA, 2)).toMatchObject({
      id: hash,
      sku: cup.sku,
      attributes: ADA,
      quantity: 2,
    });
    expect(await adds(client)).toMatchObject({ id: cup.sku, attributes: {} });
    expect(
      await shop.sql('SELECT sku, variant FROM basket_lines WHERE sku = $1 ORDER BY added_at', [cup.sku]),
    ).toEqual([
      { sku: cup.sku, variant: hash },
      { sku: cup.sku, variant: '' },
    ]);
  });

  it('is the same line in any order of the names, and another one with other attributes', async () => {
    const client = shop.guest();
    await adds(client, ADA);
    await adds(client, { colour: 'red', engraving: 'For Ada' }, 2);
    await adds(client, BOB);

    expect((await client.basket()).lines).toMatchObject([
      { attributes: ADA, quantity: 3 },
      { attributes: BOB, quantity: 1 },
    ]);
  });

  it('has none where they are absent, null or empty', async () => {
    const client = shop.guest();
    await adds(client, null);
    await adds(client, {});
    await adds(client);

    expect((await client.basket()).lines).toMatchObject([{ id: cup.sku, quantity: 3 }]);
  });

  it.each([
    ['one statement', {}],
    ['a transaction', LOCKED],
  ])('is changed and removed by its id in %s, and the others stay', async (_, headers) => {
    const client = shop.guest();
    const ada = await adds(client, ADA, 2);
    const bob = await adds(client, BOB, 2);

    expect((await put(client, ada.id, 5, headers)).body.lines).toMatchObject([
      { id: ada.id, quantity: 5 },
      { id: bob.id, quantity: 2 },
    ]);
    const { body } = await client.sends<BasketDto>(
      'DELETE',
      `/api/basket/lines/${bob.id}`,
      undefined,
      headers,
    );
    expect(body.lines).toMatchObject([{ id: ada.id, quantity: 5, attributes: ADA }]);
    expect((await put(client, ada.id, 0, headers)).body).toMatchObject({ lines: [], version: 5 });
  });

  it('is a new line without attributes where a sku has the form of an id', async () => {
    const sku = createHash('md5').update(cup.sku).digest('hex');
    await shop.product({ sku });
    const client = await shop.guestWith(cup);

    expect((await put(client, sku, 2)).body.lines).toMatchObject([{}, { id: sku, sku, attributes: {} }]);
    expect((await put(client, sku, 3)).body.lines).toMatchObject([{}, { id: sku, quantity: 3 }]);
    expect(problemOf(await put(client, sku.replace(/./g, '0'), 2))).toEqual([
      404,
      '/problems/unknown-product',
    ]);
  });

  it('is never the line of another product whose sku is its id', async () => {
    const client = shop.guest();
    const engraved = await adds(client, ADA);
    cup = await shop.product({ sku: engraved.id });

    for (const headers of [{}, LOCKED]) await add(client, undefined, 1, headers);

    expect((await client.basket()).lines).toMatchObject([
      { sku: engraved.sku, attributes: ADA, quantity: 1 },
      { sku: cup.sku, attributes: {}, quantity: 2 },
    ]);
  });

  it.each<[string, unknown]>([
    ['a list', ['a']],
    ['text', 'a'],
    ['21 names', Object.fromEntries(Array.from({ length: 21 }, (_, n) => [`n${n}`, '']))],
    ['a name with a space', { 'a b': 'x' }],
    ['an empty name', { '': 'x' }],
    ['a name of 41 characters', { ['a'.repeat(41)]: 'x' }],
    ['a number', { size: 4 }],
    ['a value of 501 characters', { text: 'a'.repeat(501) }],
    ['U+0000', { text: 'a\0' }],
    ['a lone surrogate', { text: '\ud800' }],
    ['more than 4 kB', Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`n${n}`, 'é'.repeat(240)]))],
  ])('is refused with %s', async (_, attributes) => {
    const { status, body } = await add(shop.guest(), attributes as Attributes);

    expect([status, body.errors?.[0]?.field]).toEqual([400, 'attributes']);
  });

  it('may have 20 names of 40 characters, and values of 500', async () => {
    const names = Array.from({ length: 20 }, (_, n) => [
      `${n}`.padEnd(40, '._-Az'),
      n === 0 ? '😀'.repeat(250) : 'x',
    ]);

    expect((await adds(shop.guest(), Object.fromEntries(names) as Attributes)).quantity).toBe(1);
  });

  it('counts for the limits of its product, and as a line of its own', async () => {
    const client = shop.guest();
    await adds(client, ADA, 6);
    await adds(client, BOB, 4);

    for (const headers of [{}, LOCKED]) {
      expect(problemOf(await add(client, BOB, 1, headers))).toEqual([409, '/problems/quantity-limit']);
      expect((await add(client, undefined, 1, headers)).body).toMatchObject({ limit: 10 });
    }
    const other = shop.guest();
    await adds(other, ADA);
    await adds(other, BOB);
    await adds(other);
    expect((await add(other, { size: 'L' })).body).toMatchObject({ limit: 3 });
    expect((await add(other, ADA)).status).toBe(201);
  });

  it('shares the stock of its product, and each line has the notice when it is short', async () => {
    cup = await shop.product({ stock: 5 });
    const client = shop.guest();
    await adds(client, ADA, 3);
    await adds(client, BOB, 2);
    expect((await add(client, BOB)).body).toMatchObject({
      type: '/problems/insufficient-stock',
      available: 5,
    });
    await shop.sql('UPDATE products SET stock = 4 WHERE sku = $1', [cup.sku]);

    const { lines, totals } = await client.basket();

    expect(lines).toMatchObject([
      { notices: ['insufficient-stock'], available: 4 },
      { notices: ['insufficient-stock'], available: 4 },
    ]);
    expect(totals).toMatchObject({ amountMinor: 0, unavailableLines: 2 });
  });

  it('is sold with others of its product that have more pieces than an integer', async () => {
    const client = shop.guest();
    await adds(client, ADA);
    await adds(client);
    await shop.sql('UPDATE basket_lines SET quantity = 2147483647 WHERE sku = $1', [cup.sku]);

    const { status, body } = await client.sends<BasketDto>('POST', '/api/basket/submit');

    expect([status, body.totals.quantity]).toEqual([200, 4_294_967_294]);
  });

  it('is in the order', async () => {
    const client = shop.guest();
    await adds(client, ADA, 2);
    await adds(client, BOB);

    const { body } = await client.sends<BasketDto>('POST', '/api/basket/submit');

    expect(body.lines).toMatchObject([{ attributes: ADA, quantity: 2 }, { attributes: BOB }]);
  });

  it('is refused until the key of the table has its variant', async () => {
    const early = await Shop.open();
    await early.sql('ALTER TABLE basket_lines DROP CONSTRAINT basket_lines_pkey');
    await early.sql('ALTER TABLE basket_lines ADD CONSTRAINT basket_lines_pkey PRIMARY KEY (basket_id, sku)');
    await early.sql('CREATE UNIQUE INDEX basket_lines_line ON basket_lines (basket_id, sku, variant)');
    cup = await early.product();
    const client = early.guest();

    const { status, headers, body } = await add(client, ADA);

    expect([status, body.type]).toEqual([503, '/problems/migration-pending']);
    expect(headers.get('retry-after')).toBe('60');
    expect((await add(client)).status).toBe(201);
    await early.sql('ALTER TABLE basket_lines DROP CONSTRAINT basket_lines_pkey');
    await early.sql(
      'ALTER TABLE basket_lines ADD CONSTRAINT basket_lines_pkey PRIMARY KEY USING INDEX basket_lines_line',
    );
    expect((await add(client, ADA)).status).toBe(201);
    await early.close();
  });
});
