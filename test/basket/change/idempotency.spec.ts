import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Answer, Client } from '../../support/client.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop, type TestUser } from '../../support/shop.js';

const LOCK_BASKET = 'SELECT FROM baskets FOR UPDATE';
const ANY_BASKET = { 'If-Match': '*' };

/** Sends a request of one user with these headers. */
type Sender = (
  path: string,
  body: object | undefined,
  headers: Record<string, string>,
) => Promise<Answer<BasketDto>>;

describe('a request that is sent twice in parallel with one key', () => {
  let shop: Shop;
  let other: Shop;
  let tea: Product;
  let ada: TestUser;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_QUANTITY: '100000' });
    other = await shop.instance({ BASKET_MAX_QUANTITY: '100000' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    tea = await shop.product({ sku: 'TEA' });
    ada = await shop.user({ basket: [[tea, 1]] });
  });
  afterAll(() => shop.close());

  const session = async (instance = shop): Promise<Client> => {
    const client = instance.guest();
    await client.logsInAs(ada);
    return client;
  };
  const bySession = (client: Client): Sender => {
    return (path, body, headers) => client.sends('POST', path, body, headers);
  };
  const byToken = async (instance = shop): Promise<Sender> => {
    const { accessToken } = await instance.guest().logsInAs(ada);
    const client = instance.guest();
    return (path, body, headers) =>
      client.sends('POST', path, body, { Authorization: `Bearer ${accessToken}`, ...headers });
  };
  const adds = (send: Sender, headers: Record<string, string> = {}, key = 'K') =>
    send('/api/basket/lines', { sku: 'TEA', quantity: 1 }, { 'Idempotency-Key': key, ...headers });

  const senders: [string, () => Promise<[Sender, Sender]>][] = [
    [
      'in one session on two instances',
      async () => {
        const client = await session();
        return [bySession(client), bySession(client.tab(other.url))];
      },
    ],
    ['in two sessions', async () => [bySession(await session()), bySession(await session())]],
    ['in a session and with a token', async () => [bySession(await session()), await byToken()]],
    ['with a token and in a session', async () => [await byToken(), bySession(await session())]],
    ['with two tokens on two instances', async () => [await byToken(), await byToken(other)]],
    [
      'in two sessions on two instances',
      async () => [bySession(await session()), bySession(await session(other))],
    ],
  ];

  it.each(senders)('is done once (%s), first by a single statement, then under the lock', async (_, both) => {
    const [first, second] = await both();
    const lock = await RowLock.hold(shop, LOCK_BASKET);
    const single = adds(first);
    await lock.isWaitedFor(1);
    const transaction = adds(second, ANY_BASKET);
    await lock.isWaitedFor(2);
    await lock.release();

    expect([(await single).status, (await transaction).status]).toEqual([201, 201]);
    expect((await transaction).body.lines).toMatchObject([{ quantity: 2 }]);
    expect(await shop.basketOf(ada)).toEqual({ TEA: 2 });
    expect(await shop.count('idempotency_keys')).toBe(1);
  });

  it.each(senders)('is done once (%s), first under the lock, then by a single statement', async (_, both) => {
    const [first, second] = await both();
    const lock = await RowLock.hold(shop, LOCK_BASKET);
    const transaction = adds(first, ANY_BASKET);
    await lock.isWaitedFor(1);
    const single = adds(second);
    await lock.isWaitedFor(2);
    await lock.release();

    expect([(await single).status, (await transaction).status]).toEqual([201, 201]);
    expect(await shop.basketOf(ada)).toEqual({ TEA: 2 });
  });

  it('is refused when the key belongs to a request that changed nothing', async () => {
    const [thawing, adding] = [bySession(await session()), bySession(await session())];
    const lock = await RowLock.hold(shop, LOCK_BASKET);
    const thawed = thawing('/api/basket/thaw', undefined, { 'Idempotency-Key': 'K' });
    await lock.isWaitedFor(1);
    const added = adds(adding);
    await lock.isWaitedFor(2);
    await lock.release();

    expect((await thawed).status).toBe(200);
    expect(await added).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
    expect(await shop.basketOf(ada)).toEqual({ TEA: 1 });
  });

  it('is done once in 60 rounds beside other adds, with sessions and a token, on two instances', async () => {
    const all = [bySession(await session()), bySession(await session(other)), await byToken()];
    const sendersOf = (round: number) => Array.from({ length: 4 }, (_, n) => all[(n + round) % 3]!);

    for (let round = 0; round < 60; round++) {
      const answers = await Promise.all([
        ...sendersOf(round).map((send, n) => adds(send, n % 2 ? ANY_BASKET : {}, `K${round}`)),
        ...all.map((send, n) => adds(send, {}, `other ${round} ${n}`)),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(7).fill(201));
    }

    expect(await shop.basketOf(ada)).toEqual({ TEA: 1 + 60 * 4 });
  });

  it('is done once more when its key is older than 24 hours', async () => {
    const [first, second] = [bySession(await session()), bySession(await session())];
    await adds(first);
    await shop.sql(`UPDATE idempotency_keys SET created_at = created_at - interval '24 hours'`);
    const lock = await RowLock.hold(shop, LOCK_BASKET);
    const waiting = [adds(first), adds(second, ANY_BASKET)];
    await lock.isWaitedFor(2);
    await lock.release();

    for (const { status } of await Promise.all(waiting)) expect(status).toBe(201);
    expect(await shop.basketOf(ada)).toEqual({ TEA: 3 });
  });

  describe('and a login:', () => {
    const guestWithKey = async (): Promise<Client> => {
      const guest = shop.guest();
      await guest.adds(tea);
      await adds(bySession(guest));
      return guest;
    };

    it('the login locks the baskets before it moves the keys, like all other writes', async () => {
      const guest = await guestWithKey();
      const lock = await RowLock.hold(shop, `SELECT FROM baskets WHERE owner_id = $1 FOR UPDATE`, [ada.id]);
      const login = guest.logsInAs(ada);
      await lock.isWaitedFor(1);

      const writers = `relation = 'idempotency_keys'::regclass AND mode = 'RowExclusiveLock'`;
      expect(await shop.count('pg_locks', writers)).toBe(0);
      await lock.release();
      await login;
      expect(await shop.count('idempotency_keys', 'user_id IS NOT NULL')).toBe(1);
    });

    it("the user's recent key is used, even when the guest used the same key long ago", async () => {
      const user = bySession(await session());
      const guest = await guestWithKey();
      await shop.sql(`UPDATE idempotency_keys SET created_at = created_at - interval '25 hours'`);
      await adds(user);

      await guest.logsInAs(ada);
      await adds(user);

      expect(await shop.basketOf(ada)).toEqual({ TEA: 2 });
    });
  });
});
