import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client } from '../../support/client.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

/** A visitor waits for each round trip to the database, and PostgreSQL spends its time on them. */
describe('the SQL statements', () => {
  let shop: Shop;
  let counted: Shop;
  let statements: StatementCounter;
  let tea: Product;
  let cup: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    statements = await StatementCounter.before(shop.databaseUrl);
    counted = await shop.instance({ DATABASE_URL: statements.url, RATE_LIMIT_LOGIN: 'off' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE sessions, baskets, products CASCADE');
    [tea, cup] = [await shop.product(), await shop.product({ stock: 50 })];
  });
  afterAll(async () => {
    await shop.close();
    await statements.close();
  });

  const guest = () => counted.guestWith(tea);
  const user = () => counted.userWith(tea);
  const add = (client: Client, headers = {}) =>
    client.sends('POST', '/api/basket/lines', { sku: cup.sku, quantity: 1 }, headers);

  it.each<[string, number, () => Promise<Client>, (client: Client) => Promise<unknown>]>([
    ['a look without a cookie', 0, async () => Promise.resolve(counted.guest()), (client) => client.basket()],
    ['a very first add', 1, async () => Promise.resolve(counted.guest()), (client) => add(client)],
    ['a guest’s look', 1, guest, (client) => client.basket()],
    ['a guest’s add', 1, guest, (client) => add(client)],
    ['a guest’s add of what is there', 1, guest, (client) => client.adds(tea)],
    ['a guest’s add with a key', 1, guest, (client) => add(client, { 'Idempotency-Key': 'once' })],
    ['a guest’s new quantity', 1, guest, (client) => client.sets(tea, 5)],
    ['a guest’s removal', 1, guest, (client) => client.removes(tea)],
    ['a guest’s quantity of 0', 1, guest, (client) => client.sets(tea, 0)],
    ['a user’s look', 1, user, (client) => client.basket()],
    ['a user’s add', 1, user, (client) => add(client)],
    ['a user’s add with a key', 1, user, (client) => add(client, { 'Idempotency-Key': 'once' })],
    ['a user’s new quantity', 1, user, (client) => client.sets(tea, 5)],
    ['a user’s removal', 1, user, (client) => client.removes(tea)],
  ])('for %s are at most %d', async (_, max, come, act) => {
    const client = await come();

    const sent = await statements.during(() => act(client));

    expect(sent.slice(max)).toEqual([]);
    expect(sent.length).toBeGreaterThanOrEqual(max === 0 ? 0 : 1);
  });

  it('for a login that merges are at most 11, and hashing holds no transaction open', async () => {
    const ada = await shop.user({ basket: [[tea, 1]] });
    const client = await guest();
    await add(client);

    const sent = await statements.during(() => client.logsInAs(ada));

    expect(sent.slice(11)).toEqual([]);
    expect(await client.quantities()).toEqual({ [tea.sku]: 1, [cup.sku]: 1 });
  });
});
