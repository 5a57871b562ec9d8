import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Product } from '../../src/catalogue/product.entity.js';
import { AuditService } from '../../src/basket/expiry/audit.service.js';
import type { Client } from '../support/client.js';
import { type CutAt, DatabaseProxy } from '../support/database-proxy.js';
import { Shop, type TestUser } from '../support/shop.js';

/** The state before the request that is cut. */
interface Scene {
  client: Client;
  tea: Product;
  ada: TestUser;
}

interface Path {
  prepare?: (scene: Scene) => Promise<unknown>;
  /** The request, or the work, that is cut. A retry sends the same again. */
  act: (scene: Scene, key: string) => Promise<{ status: number } | undefined>;
  /** Checks the result when the work was done once, however often it was cut before. */
  isDone: (scene: Scene) => Promise<void>;
}

const MAX_STATEMENTS = 40;

/**
 * To PostgreSQL, a process that dies between two statements is a connection that ends there:
 * PostgreSQL rolls back the open transaction. So each path is cut at each of its statements: before
 * the statement arrives, before its answer comes back, and right after its answer.
 *
 * After each cut the tables must be sound, and the repeated request must be done exactly once.
 */
describe('a connection cut at every statement', () => {
  let shop: Shop;
  let proxy: DatabaseProxy;
  let remote: Shop;
  let cuts = 0;
  beforeAll(async () => {
    shop = await Shop.open();
    proxy = await DatabaseProxy.before(shop.databaseUrl);
    remote = await shop.instance({ DATABASE_URL: proxy.url, BASKET_MERGE_STRATEGY: 'sum' });
  });
  beforeEach(() => proxy.restore());
  afterEach(() => proxy.disarm());
  afterAll(async () => {
    proxy.restore();
    expect(cuts).toBeGreaterThan(100);
    await shop.close();
    await proxy.close();
  });

  /** A condition, which no single statement handles. */
  const ANY = { 'If-Match': '*' };
  const post = (client: Client, path: string, body: object | undefined, key: string, headers = {}) =>
    client.sends('POST', path, body, { 'Idempotency-Key': key, ...headers });
  const add = ({ client, tea }: Scene, key: string, headers = {}) =>
    post(client, '/api/basket/lines', { sku: tea.sku, quantity: 2 }, key, headers);
  const changeSeveral = ({ client, tea }: Scene, key: string) => {
    const changes = [
      { sku: tea.sku, add: 1 },
      { sku: 'NONE', add: 1 },
      { sku: tea.sku, add: 1 },
    ];
    return post(client, '/api/basket/changes', { mode: 'possible', changes }, key);
  };
  const logIn = ({ client, ada }: Scene) =>
    client.sends('POST', '/api/auth/login', { email: ada.email, password: ada.password });
  const has =
    (quantity: number) =>
    async ({ client, tea }: Scene) =>
      expect(await client.quantities()).toEqual(quantity ? { [tea.sku]: quantity } : {});

  const RESERVE = { reserve: true };
  const reserve = async ({ client, tea }: Scene) => {
    await client.adds(tea, 2);
    await client.sends('POST', '/api/basket/freeze', RESERVE);
  };
  const hasStock = async ({ tea }: Scene, stock: number, reserved: number) => {
    const products = await shop.sql('SELECT stock, reserved FROM products WHERE sku = $1', [tea.sku]);
    expect(products).toEqual([{ stock, reserved }]);
    const held = reserved ? [{ quantity: reserved }] : [];
    expect(await shop.sql('SELECT quantity FROM stock_reservations')).toEqual(held);
  };

  const PATHS: Record<string, Path> = {
    'a first add': { act: add, isDone: has(2) },
    'an add': { prepare: ({ client, tea }) => client.adds(tea, 1), act: add, isDone: has(3) },
    'an add under the lock': {
      prepare: ({ client, tea }) => client.adds(tea, 1),
      act: (scene, key) => add(scene, key, ANY),
      isDone: has(3),
    },
    'several changes': {
      prepare: ({ client, tea }) => client.adds(tea, 1),
      act: changeSeveral,
      isDone: has(3),
    },
    'several first changes': { act: changeSeveral, isDone: has(2) },
    'a reorder': {
      prepare: async ({ client, tea }) => {
        await client.adds(tea, 2);
        await client.sends('POST', '/api/basket/submit');
      },
      act: async ({ client }, key) => {
        const [order] = await shop.sql<{ id: string }>('SELECT id FROM baskets ORDER BY id LIMIT 1');
        return post(client, `/api/orders/${order?.id}/reorder`, undefined, key);
      },
      isDone: has(2),
    },
    metadata: {
      prepare: ({ client, tea }) => client.adds(tea, 1),
      act: ({ client }) => client.sends('PUT', '/api/basket/metadata', { metadata: { giftNote: 'Hi' } }),
      isDone: async ({ client }) =>
        expect(await client.basket()).toMatchObject({ metadata: { giftNote: 'Hi' } }),
    },
    'a removal under the lock': {
      prepare: ({ client, tea }) => client.adds(tea, 1),
      act: ({ client, tea }) => client.sends('DELETE', `/api/basket/lines/${tea.sku}`, undefined, ANY),
      isDone: has(0),
    },
    'a removal': {
      prepare: ({ client, tea }) => client.adds(tea, 1),
      act: ({ client, tea }) => client.sends('DELETE', `/api/basket/lines/${tea.sku}`),
      isDone: has(0),
    },
    'a login that assigns': {
      prepare: ({ client, tea }) => client.adds(tea, 3),
      act: logIn,
      isDone: async (scene) => {
        await has(3)(scene);
        expect(await shop.basketOf(scene.ada)).toEqual({ [scene.tea.sku]: 3 });
      },
    },
    'a login that merges': {
      prepare: async ({ client, tea, ada }) => {
        await client.adds(tea, 3);
        const user = remote.guest();
        await user.logsInAs(ada);
        await user.adds(tea, 4);
      },
      act: logIn,
      isDone: async ({ tea, ada }) => expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 7 }),
    },
    'a logout': {
      prepare: ({ client, tea }) => client.adds(tea, 3),
      act: ({ client }) => client.sends('POST', '/api/auth/logout'),
      isDone: async () => expect(await shop.guestBaskets()).toBe(0),
    },
    'a submit': {
      prepare: ({ client, tea }) => client.adds(tea, 2),
      act: ({ client }, key) => post(client, '/api/basket/submit', { expectedAmountMinor: 200 }, key),
      isDone: async ({ client, tea }) => {
        expect(await shop.sql('SELECT stock FROM products WHERE sku = $1', [tea.sku])).toEqual([
          { stock: 8 },
        ]);
        expect((await client.sends<{ orders: [] }>('GET', '/api/orders')).body.orders).toHaveLength(1);
      },
    },
    'a freeze': {
      prepare: ({ client, tea }) => client.adds(tea, 2),
      act: ({ client }, key) => post(client, '/api/basket/freeze', undefined, key),
      isDone: async ({ client }) =>
        expect(await client.basket()).toMatchObject({ status: 'frozen', version: 2 }),
    },
    'a freeze with a reservation': {
      prepare: ({ client, tea }) => client.adds(tea, 2),
      act: ({ client }, key) => post(client, '/api/basket/freeze', RESERVE, key),
      isDone: async (scene) => {
        expect(await scene.client.basket()).toMatchObject({ status: 'frozen', version: 2 });
        await hasStock(scene, 10, 2);
      },
    },
    'a submit of a reservation': {
      prepare: reserve,
      act: ({ client }, key) => post(client, '/api/basket/submit', undefined, key),
      isDone: (scene) => hasStock(scene, 8, 0),
    },
    'a thaw of a reservation': {
      prepare: reserve,
      act: ({ client }, key) => post(client, '/api/basket/thaw', undefined, key),
      isDone: async (scene) => {
        expect(await scene.client.basket()).toMatchObject({ status: 'open', version: 3 });
        await hasStock(scene, 10, 0);
      },
    },
    'a cancellation': {
      prepare: async ({ client, tea, ada }) => {
        await client.adds(tea, 2);
        await client.sends('POST', '/api/basket/submit');
        await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [ada.id]);
        await client.logsInAs(ada);
      },
      act: async ({ client }) => {
        const [order] = await shop.sql<{ id: string }>('SELECT id FROM baskets');
        return client.sends('POST', `/api/admin/orders/${order?.id}/cancel`);
      },
      isDone: async (scene) => {
        expect(await shop.sql('SELECT version FROM baskets WHERE cancelled_at IS NOT NULL')).toEqual([
          { version: 3 },
        ]);
        await hasStock(scene, 10, 0);
      },
    },
    'a cleanup': {
      prepare: async ({ client, tea }) => {
        await client.adds(tea);
        await shop.expireAll();
      },
      act: async () => {
        await remote.removeExpired();
        return { status: 200 };
      },
      isDone: async () => {
        expect([await shop.count('sessions'), await shop.count('baskets')]).toEqual([0, 0]);
      },
    },
  };

  const scene = async ({ prepare }: Path): Promise<Scene> => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    const made = { client: remote.guest(), tea: await shop.product({ stock: 10 }), ada: await shop.user() };
    await prepare?.(made);
    return made;
  };

  /** Cuts the path at a statement. Returns false when the path has fewer statements. */
  const cutAt = async (path: Path, statement: number, at: CutAt): Promise<boolean> => {
    const made = await scene(path);
    const key = randomUUID();
    const before = made.client.carriedCookie;
    let isCut = false;
    proxy.cutAt(statement, at, () => (isCut = true));
    const first = await path.act(made, key).catch(() => undefined);
    proxy.disarm();
    proxy.restore();
    if (isCut) cuts += 1;

    const { invariants } = await shop.app.get(AuditService).audit();
    expect(invariants.filter(({ count }) => count > 0)).toEqual([]);
    const isAcknowledged = first !== undefined && first.status < 300;
    if (first && !isAcknowledged) expect([statement, first.status]).toEqual([statement, 503]);
    // A client without an answer still has the old cookie, and sends the request again with it.
    if (!isAcknowledged) {
      expect(made.client.carriedCookie).toBe(before);
      const again = await path.act(made, key);
      expect([200, 201, 204]).toContain(again?.status);
    }
    await path.isDone(made);
    return isCut;
  };

  it.each(Object.entries(PATHS))(
    'of %s loses nothing and repeats nothing',
    async (_, path) => {
      for (const at of ['request', 'answer', 'ready'] as const) {
        let statement = 1;
        while (statement < MAX_STATEMENTS && (await cutAt(path, statement, at))) statement += 1;
        expect(statement).toBeGreaterThan(1);
      }
    },
    120_000,
  );
});
