import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { RowLock } from '../support/row-lock.js';
import { Shop } from '../support/shop.js';

describe('with parallel requests on two instances', () => {
  let shop: Shop;
  let other: Shop;
  let deadlocks: number;
  const settings = {
    BASKET_MERGE_STRATEGY: 'sum',
    BASKET_MERGE_STRATEGY_CHOICE: 'on',
    BASKET_MAX_QUANTITY: '100000',
  };
  beforeAll(async () => {
    shop = await Shop.open(settings);
    other = await shop.instance(settings);
    deadlocks = await countDeadlocks();
  });
  beforeEach(() => shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE'));
  afterAll(async () => {
    expect(await countDeadlocks()).toBe(deadlocks);
    await shop.close();
  });

  const countDeadlocks = async () => {
    const sql = 'SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()';
    const [row] = await shop.sql<{ deadlocks: number }>(sql);
    return row?.deadlocks ?? NaN;
  };
  /** The same browser on alternating instances. */
  const tabs = (client: Client, count: number) =>
    Array.from({ length: count }, (_, n) => client.tab(n % 2 ? shop.url : other.url));
  const emptySession = async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    await guest.sends('DELETE', '/api/basket');
    return guest;
  };

  it('50 first adds of one session create one basket with the exact quantity', async () => {
    const tea = await shop.product();
    const guest = await emptySession();

    await Promise.all(tabs(guest, 50).map((tab) => tab.adds(tea, 2)));

    expect(await guest.basket()).toMatchObject({ version: 50, lines: [{ quantity: 100 }] });
    expect(await shop.count('baskets')).toBe(1);
  });

  it('50 first adds of one user in many sessions create one basket with the exact quantity', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const clients = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const client = shop.guest();
        await client.logsInAs(ada);
        return client;
      }),
    );

    await Promise.all(clients.flatMap((client) => tabs(client, 10).map((tab) => tab.adds(tea, 1))));

    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 50 });
    expect(await shop.count('baskets')).toBe(1);
  });

  it('adds, sets and removals end in a state that some serial order explains', async () => {
    const skus = await Promise.all([shop.product(), shop.product(), shop.product()]);
    const guest = await emptySession();

    const answers = await Promise.all(
      tabs(guest, 60).map((tab, n) => {
        const { sku } = skus[n % 3] ?? { sku: '' };
        if (n % 10 === 7) return tab.sends('DELETE', `/api/basket/lines/${sku}`);
        if (n % 10 === 3) return tab.sends('PUT', `/api/basket/lines/${sku}`, { quantity: 1_000 });
        return tab.sends('POST', '/api/basket/lines', { sku, quantity: 1 });
      }),
    );

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    // The adds since the last set or removal: at most all 16 of a product, on top of 0 or 1,000.
    for (const quantity of Object.values(await guest.quantities()))
      expect(quantity % 1_000).toBeLessThanOrEqual(16);
    expect(await shop.count('baskets')).toBe(1);
  });

  it('adds together cannot exceed a limit or the stock', async () => {
    const limited = await shop.instance({ BASKET_MAX_LINES: '10', BASKET_MAX_QUANTITY: '20' });
    const products = await Promise.all(Array.from({ length: 30 }, () => shop.product()));
    const scarce = await shop.product({ stock: 7 });
    const guest = await emptySession();
    const few = guest.tab(limited.url);

    const lines = await Promise.all(products.map((product) => few.tab().triesToAdd(product)));
    const user = await emptySession();
    const pieces = await Promise.all(tabs(user, 20).map((tab) => tab.triesToAdd(scarce)));

    expect(lines.filter(({ status }) => status === 201)).toHaveLength(10);
    expect((await guest.basket()).lines).toHaveLength(10);
    expect(pieces.filter(({ status }) => status === 201)).toHaveLength(7);
    expect(await user.quantities()).toEqual({ [scarce.sku]: 7 });
  });

  it.each([
    ['sum', 1 + 20 * 3],
    ['max', 3],
    ['guest', 3],
    ['user', 1],
  ])(
    'one user who logs in from 20 guest sessions gets, by the strategy %s, the quantity %i',
    async (mergeStrategy, expected) => {
      const tea = await shop.product();
      const ada = await shop.user({ basket: [[tea, 1]] });
      const guests = Array.from({ length: 20 }, (_, n) => (n % 2 ? shop : other).guest());
      await Promise.all(guests.map((guest) => guest.adds(tea, 3)));
      const { email, password } = ada;

      const answers = await Promise.all(
        guests.map((guest) => guest.sends('POST', '/api/auth/login', { email, password, mergeStrategy })),
      );

      expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(200));
      expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: expected });
      expect(await shop.count('baskets')).toBe(1);
    },
  );

  it('one guest session that logs in several times merges its basket once', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const guest = shop.guest();
    await guest.adds(tea, 3);

    const logins = await Promise.all(tabs(guest, 6).map((tab) => tab.logsInAs(ada)));

    expect(logins.map(({ basket }) => basket.outcome).sort()).toEqual([
      'merged',
      ...Array<string>(5).fill('none'),
    ]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 4 });
  });

  it('a login keeps every add that got a success, and no add that was refused', async () => {
    const tea = await shop.product();
    for (let round = 0; round < 5; round++) {
      const ada = await shop.user({ basket: [[tea, 1]] });
      const guest = shop.guest();
      await guest.adds(tea, 1);

      const [, ...adds] = await Promise.all([
        guest.tab().logsInAs(ada),
        ...tabs(guest, 12).map((tab) => tab.triesToAdd(tea, 1)),
      ]);

      const accepted = adds.filter(({ status }) => status === 201).length;
      for (const { status, body } of adds.filter((answer) => answer.status !== 201)) {
        expect([status, body.type]).toEqual([409, '/problems/session-replaced']);
      }
      expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 + accepted });
    }
    expect(await shop.guestBaskets()).toBe(0);
  });

  it.each<[string, (shop: Shop, ada: Client, id: string) => Promise<{ status: number }>, object]>([
    [
      'an add under the user’s lock',
      (_, ada) => ada.sends('POST', '/api/basket/lines', { sku: 'TEA', quantity: 1 }, { 'If-Match': '*' }),
      { quantity: 7, stock: 100 },
    ],
    [
      'the back end’s submit',
      async (shop, _, id) => (await shop.admin()).sends('POST', `/api/admin/baskets/${id}/submit`, {}),
      { quantity: 6, stock: 94 },
    ],
  ])('%s waits for the uncommitted add of another session, and includes it', async (_, change, left) => {
    const ada = await shop.user({ basket: [[await shop.product({ sku: 'TEA', stock: 100 }), 1]] });
    const client = shop.guest();
    await client.logsInAs(ada);
    const { id } = await client.basket();
    const quick = await RowLock.hold(shop, 'UPDATE baskets SET version = version + 1 WHERE id = $1', [id]);
    await quick.does('UPDATE basket_lines SET quantity = quantity + 5 WHERE basket_id = $1', [id]);
    const waiting = change(shop, client, id ?? '');
    await eventually(async () => (await shop.countLocks('NOT granted')) > 0);
    await quick.release();

    expect([200, 201]).toContain((await waiting).status);
    const sql = 'SELECT quantity, stock FROM basket_lines JOIN products USING (sku)';
    expect(await shop.sql(sql)).toEqual([left]);
  });

  it('an add that waits for the freeze of another session finds the basket frozen', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [paying, adding] = [shop.guest(), shop.guest()];
    await paying.logsInAs(ada);
    await adding.logsInAs(ada);
    const lock = await RowLock.hold(shop, 'SELECT FROM baskets FOR UPDATE');
    const frozen = paying.sends('POST', '/api/basket/freeze');
    await eventually(async () => (await shop.countLocks('NOT granted')) > 0);
    const added = adding.triesToAdd(tea);
    await eventually(async () => (await shop.countLocks('NOT granted')) > 1);
    await lock.release();

    expect((await frozen).status).toBe(200);
    expect(await added).toMatchObject({ status: 409, body: { type: '/problems/basket-frozen' } });
    expect(await paying.quantities()).toEqual({ [tea.sku]: 1 });
  });

  it('a write is refused when its session expires while it waits, and the cleanup removes session and basket', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    const lock = await RowLock.hold(shop, 'UPDATE sessions SET expired_at = $2 WHERE id = $1', [
      guest.sessionId,
      Date.now(),
    ]);
    const waiting = guest.triesToAdd(tea);
    await eventually(async () => (await shop.countLocks('NOT granted')) > 0);
    await lock.release();

    expect(await waiting).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
    expect(await shop.removeExpired()).toMatchObject({ sessions: 1, baskets: 1 });
  });

  it('a write of a guest or a user is refused when its session is deleted while it waits', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [guest, user] = [shop.guest(), shop.guest()];
    await guest.adds(tea);
    await user.logsInAs(ada);
    const guestId = guest.sessionId;
    const lock = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = ANY ($1) FOR UPDATE', [
      [guestId, user.sessionId],
    ]);
    const waiting = [guest.tab().triesToAdd(tea), user.tab().triesToAdd(tea)];
    await eventually(async () => (await shop.countLocks('NOT granted')) > 1);
    await lock.does('DELETE FROM sessions WHERE id = ANY ($1)', [[guestId, user.sessionId]]);
    await lock.does('DELETE FROM baskets WHERE owner_id IS NULL');
    await lock.release();

    for (const answer of await Promise.all(waiting)) {
      expect(answer).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
      expect(answer.headers.get('Set-Cookie')).toBeNull();
    }
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 1 });
    expect(await shop.guestBaskets()).toBe(0);
  });

  it('the cleanup removes no basket of an active visitor', async () => {
    const tea = await shop.product();
    const guests = Array.from({ length: 30 }, () => shop.guest());
    await Promise.all(guests.map((guest) => guest.adds(tea)));
    const users = await Promise.all(Array.from({ length: 10 }, () => shop.user()));
    // The sessions expire one after the other while requests arrive, so renewals meet the cleanup.
    await shop.sql(
      `
      UPDATE sessions SET expired_at = $1 + place * 5
      FROM (SELECT id AS chosen, row_number() OVER () AS place FROM sessions) AS s WHERE id = chosen`,
      [Date.now()],
    );

    const [answers] = await Promise.all([
      Promise.all(
        guests.map((guest, n) => {
          const user = users[n];
          return user
            ? guest.sends('POST', '/api/auth/login', { email: user.email, password: user.password })
            : guest.triesToAdd(tea);
        }),
      ),
      ...Array.from({ length: 8 }, async () => {
        await shop.removeExpired();
        await other.removeExpired({ batchSize: 3 });
      }),
    ]);

    for (const [n, { status }] of answers.entries()) {
      const guest = guests[n];
      expect([200, 201, 409]).toContain(status);
      // After a success the visitor has the basket, or a new one when the cleanup was first.
      if (status === 201)
        expect(await guest?.quantities()).toMatchObject({ [tea.sku]: expect.any(Number) as unknown });
    }
    expect(await shop.orphans()).toBe(0);
  });
});
