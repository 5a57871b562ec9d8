import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { BasketLine } from '../../src/basket/basket-line.entity.js';
import { columnsOf, LINE_COLUMNS } from '../../src/basket/query/line-columns.js';
import { type Attributes, variantOf } from '../../src/basket/query/line-id.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import { BasketImport } from '../../src/oscar-import/basket-import.service.js';
import type { Client } from '../support/client.js';
import { OldShop } from '../support/oscar.js';
import { Shop, type TestUser } from '../support/shop.js';

type Row = Record<string, unknown>;

const PRICE = 450;
const ADDED_AT = new Date('2020-02-03T04:05:06.000Z');

/** Something that no path would write by itself, by the type of the column. */
const SAMPLES: Record<string, unknown> = {
  text: 'sample',
  integer: 4_711,
  boolean: true,
  jsonb: { sample: 'sample' },
  'timestamp with time zone': ADDED_AT,
};

/** The columns that a request gives, without the variant: that follows from the others. */
const GIVEN = columnsOf('request').filter(({ property }) => property !== 'variant');

/** Besides the sku and the quantity, which each path decides. */
const COPIED = columnsOf('request', 'product', 'database').filter(
  ({ property }) => !['sku', 'variant', 'attributes', 'quantity'].includes(property),
);
const PINNED = columnsOf('checkout').map(({ column }) => column);
const names = (columns: { column: string }[]) => columns.map(({ column }) => column).sort();

describe('the columns of a line', () => {
  let shop: Shop;
  let tea: Product;
  let samples: Row;
  beforeAll(async () => {
    shop = await Shop.open();
    const types = await shop.sql<{ column: string; type: string }>(
      `SELECT column_name AS column, data_type AS type FROM information_schema.columns WHERE table_name = 'basket_lines'`,
    );
    samples = Object.fromEntries(types.map(({ column, type }) => [column, SAMPLES[type]]));
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    tea = await shop.product({ unitPriceMinor: PRICE });
  });
  afterAll(() => shop.close());

  const rows = () => shop.sql<Row>('SELECT * FROM basket_lines ORDER BY sku');
  const row = async (): Promise<Row> => {
    const [found, ...others] = await rows();
    expect(others).toEqual([]);
    return found ?? {};
  };

  /** Gives every column that is copied a value of its own. */
  const mark = async (): Promise<Row> => {
    const set = COPIED.map(({ column }, index) => `${column} = $${index + 1}`).join(', ');
    await shop.sql(
      `UPDATE basket_lines SET ${set}`,
      COPIED.map(({ column }) => samples[column]),
    );
    return row();
  };

  /** The body of an add, with a value for each column that a request gives. */
  const body = (quantity: number): Row => {
    const given = GIVEN.map(({ property, column }) => [property, samples[column]]);
    return { ...(Object.fromEntries(given) as Row), sku: tea.sku, quantity };
  };
  const adds = async (client: Client, quantity = 2, headers = {}) => {
    const { status } = await client.sends('POST', '/api/basket/lines', body(quantity), headers);
    expect(status).toBe(201);
  };

  /** Expects the row of a new line: values of the request and the product, and no pins. */
  const expectNew = (line: Row, request: Row) => {
    const expected = LINE_COLUMNS.map(({ property, column, origin }) => {
      if (property === 'variant') return [column, variantOf(tea.sku, request.attributes as Attributes)];
      if (origin === 'request') return [column, request[property]];
      if (origin === 'product') return [column, PRICE];
      return [column, origin === 'checkout' || origin === 'submit' ? null : expect.anything()];
    });
    expect(line).toEqual(Object.fromEntries(expected));
  };

  it('are described as they are in the table and in the entity', async () => {
    const table = await shop.sql<{ column: string }>(
      `SELECT attname AS column FROM pg_attribute
       WHERE attrelid = 'basket_lines'::regclass AND attnum > 0 AND NOT attisdropped`,
    );
    const { columns } = shop.dataSource.getMetadata(BasketLine);
    const entity = columns.map(({ propertyName, databaseName }) => `${propertyName} ${databaseName}`);

    expect(names([...LINE_COLUMNS])).toEqual(names(table));
    expect(LINE_COLUMNS.map(({ property, column }) => `${property} ${column}`).sort()).toEqual(entity.sort());
  });

  const guest = async () => Promise.resolve(shop.guest());
  const guestWithBasket = async () => {
    const client = await shop.guestWith(await shop.product());
    await shop.sql('DELETE FROM basket_lines');
    return client;
  };
  const user = async () => {
    const client = shop.guest();
    await client.logsInAs(await shop.user());
    return client;
  };
  const userWithBasket = async () => {
    const client = await shop.userWith(await shop.product());
    await shop.sql('DELETE FROM basket_lines');
    return client;
  };
  const KEY = { 'Idempotency-Key': 'once' };
  /** A condition is checked in a transaction. */
  const LOCKED = { 'If-Match': '*' };

  it.each<[string, () => Promise<Client>, Record<string, string>]>([
    ['a guest’s first add', guest, {}],
    ['a guest’s first add with a key, in a transaction', guest, KEY],
    ['a guest’s add', guestWithBasket, {}],
    ['a guest’s add with a key', guestWithBasket, KEY],
    ['a guest’s add in a transaction', guestWithBasket, LOCKED],
    ['a user’s first add, in a transaction', user, {}],
    ['a user’s add', userWithBasket, {}],
    ['a user’s add with a key', userWithBasket, KEY],
    ['a user’s add in a transaction', userWithBasket, LOCKED],
  ])('are all filled by %s, and shown', async (_, come, headers) => {
    const client = await come();

    await adds(client, 2, headers);

    expectNew(await row(), body(2));
    expect((await client.basket()).lines).toMatchObject([{ ...body(2), unitPriceMinorWhenAdded: PRICE }]);
  });

  it('are all filled by an add with a token', async () => {
    const ada = await shop.user({ basket: [[await shop.product(), 1]] });
    const { accessToken } = await shop.guest().logsInAs(ada);
    await shop.sql('DELETE FROM basket_lines');

    await adds(shop.guest(), 2, { Authorization: `Bearer ${accessToken}` });

    expectNew(await row(), body(2));
  });

  it.each([
    ['one statement', {}],
    ['a transaction', LOCKED],
  ])('are empty after a new quantity in %s where only an add gives them', async (_, headers) => {
    const client = await guestWithBasket();
    const path = `/api/basket/lines/${tea.sku}`;

    await client.sends('PUT', path, { quantity: 3 }, headers);

    expectNew(await row(), { sku: tea.sku, attributes: {}, quantity: 3 });
  });

  it.each([
    ['one statement', {}],
    ['a transaction', LOCKED],
  ])('stay in %s that changes the quantity', async (_, headers) => {
    const client = shop.guest();
    await adds(client, 2);
    const before = await mark();

    await adds(client, 1, headers);
    expect(await row()).toEqual({ ...before, quantity: 3 });

    await client.sends('PUT', `/api/basket/lines/${String(before.variant)}`, { quantity: 7 }, headers);
    expect(await row()).toEqual({ ...before, quantity: 7 });
  });

  it('stay in a basket that is frozen, thawed and submitted, and are in the order', async () => {
    const client = shop.guest();
    await adds(client);
    const before = await mark();
    const pinned = { ...before, ...Object.fromEntries(PINNED.map((column) => [column, expect.anything()])) };

    await client.sends('POST', '/api/basket/freeze');
    expect(await row()).toEqual(pinned);
    await client.sends('POST', '/api/basket/thaw');
    expect(await row()).toEqual(before);
    const { body: order } = await client.sends<BasketDto>('POST', '/api/basket/submit');
    // The product does not track its stock.
    expect(await row()).toEqual({ ...pinned, is_stock_taken: false });
    expectShown(order, before);
  });

  const expectShown = ({ lines }: BasketDto, line: Row) => {
    const shown = [...GIVEN, ...columnsOf('product')].map(({ property, column }) => [property, line[column]]);
    expect(lines).toMatchObject([Object.fromEntries(shown)]);
  };

  it('stay in a basket that a login assigns', async () => {
    const ada = await shop.user();
    const client = shop.guest();
    await adds(client);
    const before = await mark();

    await client.logsInAs(ada);

    expect(await row()).toEqual(before);
  });

  it('come along with a line that a login merges into the user’s basket', async () => {
    const ada = await shop.user({ basket: [[await shop.product(), 1]] });
    await shop.sql('DELETE FROM basket_lines');
    const client = shop.guest();
    await adds(client);
    const before = await mark();

    await client.logsInAs(ada);

    const after = await row();
    expect(after.basket_id).not.toBe(before.basket_id);
    expect(after).toEqual({ ...before, basket_id: after.basket_id });
  });

  it('are in the export of a user’s data, in the basket and in the orders', async () => {
    const ada: TestUser = await shop.user({ basket: [[tea, 2]] });
    const client = shop.guest();
    await client.logsInAs(ada);
    const line = await mark();
    const exports = async () => {
      const path = '/api/auth/me/export';
      return (await client.sends<{ basket: BasketDto; orders: BasketDto[] }>('GET', path)).body;
    };

    expectShown((await exports()).basket, line);
    await client.sends('POST', '/api/basket/submit');
    const { orders } = await exports();
    orders.forEach((order) => expectShown(order, line));
    expect(orders).toHaveLength(1);
  });

  it('are all filled by an import of a django-oscar shop', async () => {
    const old = await OldShop.open();
    const owner = await old.user('ada@example.com');
    await old.basket({ owner, lines: [[await old.stock(tea.sku), 3, '4.50']] });

    await shop.app.get(BasketImport).import({ from: old.url, users: 'auth_user', dryRun: false });

    expectNew(await row(), { sku: tea.sku, attributes: {}, quantity: 3 });
    await old.close();
  });
});
