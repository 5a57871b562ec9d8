import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Answer, Client } from '../../support/client.js';
import { RowLock } from '../../support/row-lock.js';
import { PASSWORD, Shop, type TestUser } from '../../support/shop.js';

const NEW_PASSWORD = 'another horse battery';

/** Writes of a user's session, by a single statement and under the user's lock. */
const WRITES: [string, (client: Client) => Promise<Answer>][] = [
  [
    'an add in one statement',
    (client) => client.sends('POST', '/api/basket/lines', { sku: 'TEA', quantity: 1 }),
  ],
  [
    'an add under the lock',
    (client) => client.sends('POST', '/api/basket/lines', { sku: 'TEA', quantity: 1 }, { 'If-Match': '*' }),
  ],
  [
    'a new quantity under the lock',
    (client) => client.sends('PUT', '/api/basket/lines/TEA', { quantity: 5 }, { 'If-Match': '*' }),
  ],
  [
    'a removal under the lock',
    (client) => client.sends('DELETE', '/api/basket/lines/TEA', undefined, { 'If-Match': '*' }),
  ],
  ['a removal of the basket', (client) => client.sends('DELETE', '/api/basket')],
  ['a freeze', (client) => client.sends('POST', '/api/basket/freeze')],
  ['a submit', (client) => client.sends('POST', '/api/basket/submit', {})],
];

/** Requests that end the user's sessions. */
const ENDS: [string, (client: Client) => Promise<Answer>][] = [
  ['a logout', (client) => client.sends('POST', '/api/auth/logout')],
  ['a logout everywhere', (client) => client.sends('POST', '/api/auth/logout-everywhere')],
  [
    'a change of the password',
    (client) =>
      client.sends('PUT', '/api/auth/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  ],
  ['an erasure', (client) => client.sends('DELETE', '/api/auth/me')],
];

describe('a session that is ended', () => {
  let shop: Shop;
  let ada: TestUser;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    ada = await shop.user({ basket: [[await shop.product({ sku: 'TEA' }), 1]] });
  });
  afterAll(() => shop.close());

  const loggedIn = async (): Promise<Client> => {
    const client = shop.guest();
    await client.logsInAs(ada);
    return client;
  };
  const baskets = () =>
    shop.sql(
      `SELECT b.id, version, status, sku, quantity FROM baskets b LEFT JOIN basket_lines ON basket_id = b.id`,
    );

  describe.each(WRITES)('during %s', (_write, write) => {
    it.each(ENDS)('stores that write before the response to %s', async (_end, end) => {
      const client = await loggedIn();
      const before = await baskets();
      const lock = await RowLock.hold(shop, 'SELECT FROM baskets FOR UPDATE');
      const written = write(client.tab());
      await lock.isWaitedFor(1);
      let seen: object[] | undefined;
      const ended = end(client.tab()).then(async (answer) => {
        seen = await baskets();
        return answer;
      });
      await Promise.race([ended, lock.isWaitedFor(2)]);
      await lock.release();

      expect((await ended).status).toBe(204);
      expect((await written).status).toBeLessThan(300);
      expect(await baskets()).toEqual(seen);
      expect(seen).not.toEqual(before);
    });

    it('refuses that write when it waits until the session is deleted', async () => {
      const client = await loggedIn();
      const before = await baskets();
      const lock = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = $1 FOR UPDATE', [
        client.sessionId,
      ]);
      const written = write(client.tab());
      await lock.isWaitedFor(1);
      await lock.does('DELETE FROM sessions WHERE id = $1', [client.sessionId]);
      await lock.release();

      expect(await written).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
      expect(await baskets()).toEqual(before);
    });
  });

  it.each(ENDS.filter(([end]) => !/a logout$|erasure/.test(end)))(
    'refuses every write when %s locked the user first',
    async (_end, end) => {
      const [client, other] = [await loggedIn(), await loggedIn()];
      const before = await baskets();
      const lock = await RowLock.hold(shop, 'SELECT FROM users FOR UPDATE');
      const ended = end(client);
      await lock.isWaitedFor(1);
      const written = WRITES[1]?.[1](other.tab());
      await lock.isWaitedFor(2);
      await lock.release();

      expect((await ended).status).toBe(204);
      expect(await written).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
      expect(await baskets()).toEqual(before);
    },
  );

  it.each(ENDS.slice(1))('stores an add with a token before the response to %s', async (_end, end) => {
    const client = await loggedIn();
    const { accessToken } = await shop.guest().logsInAs(ada);
    const lock = await RowLock.hold(shop, 'SELECT FROM baskets FOR UPDATE');
    const headers = { Authorization: `Bearer ${accessToken}` };
    const written = shop.guest().sends('POST', '/api/basket/lines', { sku: 'TEA', quantity: 1 }, headers);
    await lock.isWaitedFor(1);
    let seen: object[] | undefined;
    const ended = end(client).then(async () => (seen = await baskets()));
    await Promise.race([ended, lock.isWaitedFor(2)]);
    await lock.release();
    await ended;

    expect((await written).status).toBe(201);
    expect(await baskets()).toEqual(seen);
  });

  it.each(ENDS.slice(1))('refuses an add with a token when %s locked the user first', async (_end, end) => {
    const client = await loggedIn();
    const { accessToken } = await shop.guest().logsInAs(ada);
    const lock = await RowLock.hold(shop, 'SELECT FROM users FOR UPDATE');
    const ended = end(client);
    await lock.isWaitedFor(1);
    const headers = { Authorization: `Bearer ${accessToken}` };
    const written = shop.guest().sends('POST', '/api/basket/lines', { sku: 'TEA', quantity: 1 }, headers);
    await Promise.race([written, lock.isWaitedFor(2)]);
    await lock.release();

    expect((await ended).status).toBe(204);
    expect(await written).toMatchObject({ status: 401, body: { type: '/problems/invalid-token' } });
    expect(await shop.count('basket_lines', 'quantity <> 1')).toBe(0);
  });
});
