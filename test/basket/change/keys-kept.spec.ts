import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_KEYS } from '../../../src/basket/change/idempotency.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client } from '../../support/client.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

describe('the idempotency keys', () => {
  let shop: Shop;
  let tea: Product;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_QUANTITY: '100000' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    tea = await shop.product();
  });
  afterAll(() => shop.close());

  const guest = () => shop.guestWith(tea);
  const user = () => shop.userWith(tea);
  /** Stores keys as if the visitor had sent them, oldest first: `old 1` to `old n`. */
  const hasUsed = (client: Client, count: number, name = 'old') =>
    shop.sql(
      `INSERT INTO idempotency_keys (session_id, user_id, key, request_hash, status, created_at)
       SELECT CASE WHEN user_id IS NULL THEN id END, user_id, $3 || ' ' || n, '', 201, now() - (3600 - n) * interval '1 s'
       FROM sessions, generate_series(1, $2::int) n WHERE id = $1`,
      [client.sessionId, count, name],
    );
  const keys = async () => {
    const rows = await shop.sql<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY created_at, id');
    return rows.map(({ key }) => key);
  };
  const adds = async (client: Client, key: string, headers = {}) => {
    const body = { sku: tea.sku, quantity: 1 };
    const answer = await client.sends('POST', '/api/basket/lines', body, {
      'Idempotency-Key': key,
      ...headers,
    });
    expect(answer.status).toBe(201);
  };

  describe.each([
    ['guest', guest],
    ['user', user],
  ])('of a %s', (_, come) => {
    it('are 1,000 at most: the oldest are deleted', async () => {
      const client = await come();
      await hasUsed(client, MAX_KEYS - 1);

      for (const key of ['first', 'second', 'third']) await adds(client, key);

      const kept = await keys();
      expect(kept).toHaveLength(MAX_KEYS);
      expect([kept[0], ...kept.slice(-4)]).toEqual(['old 3', 'old 999', 'first', 'second', 'third']);
      await adds(client, 'first');
      expect(await client.quantities()).toEqual({ [tea.sku]: 4 });
    });

    it('are 1,000 at most even when an older version stored more', async () => {
      const client = await come();
      await hasUsed(client, 1_500);

      await adds(client, 'new');

      const kept = await keys();
      expect([kept.length, kept[0], kept.at(-1)]).toEqual([MAX_KEYS, 'old 502', 'new']);
    });

    it('are 1,000 at most when many arrive in parallel, by both ways', async () => {
      const client = await come();
      await hasUsed(client, MAX_KEYS - 3);

      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          adds(client.tab(), `new ${n}`, n % 2 ? { 'If-Match': '*' } : {}),
        ),
      );

      expect((await keys()).length).toBeLessThanOrEqual(MAX_KEYS);
      expect(await client.quantities()).toEqual({ [tea.sku]: 21 });
    });
  });

  it('of a visitor are 1,000 at most when an add waits for a request that changes nothing', async () => {
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [thawing, adding] = [shop.guest(), shop.guest()];
    await thawing.logsInAs(ada);
    await adding.logsInAs(ada);
    await hasUsed(thawing, MAX_KEYS - 1);
    const lock = await RowLock.hold(shop, 'SELECT FROM baskets FOR UPDATE');
    const thawed = thawing.sends('POST', '/api/basket/thaw', undefined, { 'Idempotency-Key': 'thaw' });
    await lock.isWaitedFor(1);
    const added = adds(adding, 'add');
    await lock.isWaitedFor(2);
    await lock.release();
    await Promise.all([thawed, added]);

    expect((await keys()).slice(-2).sort()).toEqual(['add', 'thaw']);
    expect(await shop.count('idempotency_keys')).toBe(MAX_KEYS);
  });

  it('of a visitor are 1,000 at most after a login, which deletes the oldest of guest and user', async () => {
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [client, visitor] = [shop.guest(), await guest()];
    await client.logsInAs(ada);
    await hasUsed(client, MAX_KEYS, 'user');
    await hasUsed(visitor, MAX_KEYS, 'guest');

    await visitor.logsInAs(ada);

    const kept = await keys();
    expect(kept.length).toBeLessThanOrEqual(MAX_KEYS);
    expect(kept).toEqual(expect.arrayContaining(['user 1000', 'guest 1000', 'user 600', 'guest 600']));
    expect(await shop.count('idempotency_keys', 'session_id IS NOT NULL')).toBe(0);
  });
});
