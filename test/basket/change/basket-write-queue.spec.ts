import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Answer, Client, ProblemBody } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

/** One running change and fifty waiting ones. */
const MAX = 51;

type Lock = [sql: string, values: unknown[]];

const LOCK_WAITERS = `datname = current_database() AND wait_event_type = 'Lock'`;

describe('parallel changes of one basket', () => {
  let shop: Shop;
  let product: Product;
  let closed = 0;

  beforeAll(async () => {
    shop = await Shop.open({ DATABASE_POOL_SIZE: '4', BASKET_MAX_QUANTITY: '1000' });
    product = await shop.product();
    shop.app.getHttpServer().on('request', (_, response: ServerResponse) => {
      response.on('close', () => (closed += 1));
    });
  });

  afterAll(async () => {
    await shop.close();
  });

  const lockOf = ({ sessionId }: Client): Lock => [
    'SELECT FROM sessions WHERE id = $1 FOR UPDATE',
    [sessionId],
  ];

  /**
   * Locks the rows that the adds need, and sends adds until one is refused. Returns the statuses of
   * the adds.
   */
  async function whileFull<T extends { status: number }>(
    [sql, values]: Lock,
    add: (n: number) => Promise<T>,
    meanwhile: (refused: T) => Promise<void>,
  ): Promise<number[]> {
    const lock = await RowLock.hold(shop, sql, values);
    const added = [add(0)];
    try {
      await lock.isWaitedFor(1);
      added.push(...Array.from({ length: MAX }, (_, n) => add(n + 1)));
      await meanwhile(await Promise.race(added));
    } finally {
      await lock.release();
    }
    return (await Promise.all(added)).map(({ status }) => status).sort((one, other) => one - other);
  }

  it('wait without a database connection, up to fifty of them, and the next one is refused', async () => {
    const [guest, other] = [shop.guest(), shop.guest()];
    await guest.adds(product);
    await other.adds(product);
    const add = () => guest.triesToAdd(product);
    const statuses = await whileFull(lockOf(guest), add, async (refused) => {
      expect(refused).toMatchObject({ status: 503, body: { type: '/problems/overloaded' } });
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(await shop.count('pg_stat_activity', LOCK_WAITERS)).toBe(1);
      expect(await other.adds(product)).toMatchObject({ version: 2 });
      expect(await guest.quantities()).toEqual({ [product.sku]: 1 });
    });

    expect(statuses).toEqual([...Array<number>(MAX).fill(201), 503]);
    expect(await guest.quantities()).toEqual({ [product.sku]: MAX + 1 });
  });

  it('wait in one queue, whatever they change; reads and new guests do not wait', async () => {
    const guest = shop.guest();
    await guest.adds(product);
    const line = `/api/basket/lines/${product.sku}`;
    const changes: [string, string, object?][] = [
      ['POST', '/api/basket/lines', { sku: product.sku, quantity: 1 }],
      ['PUT', line, { quantity: 3 }],
      ['PUT', line, { quantity: 0 }],
      ['DELETE', line],
      ['DELETE', '/api/basket'],
      ['POST', '/api/basket/freeze'],
      ['POST', '/api/basket/thaw'],
      ['POST', '/api/basket/submit', {}],
    ];
    const add = () => guest.triesToAdd(product);
    await whileFull(lockOf(guest), add, async () => {
      for (const [method, path, body] of changes) {
        const { status } = await guest.sends(method, path, body);
        expect(`${method} ${path} ${status}`).toBe(`${method} ${path} 503`);
      }
      expect((await guest.sends('GET', '/api/orders')).status).toBe(200);
      expect((await guest.sends('GET', '/api/basket')).status).toBe(200);
      expect(await shop.guest().adds(product)).toMatchObject({ version: 1 });
    });

    expect(await guest.quantities()).toEqual({ [product.sku]: MAX + 1 });
  });

  it('wait for each other when an access token identifies the user', async () => {
    const user = await shop.user({ basket: [[product, 1]] });
    const { accessToken } = await shop.guest().logsInAs(user);
    const headers = { Authorization: `Bearer ${accessToken}` };
    const line = { sku: product.sku, quantity: 1 };
    const add = () => shop.guest().sends<ProblemBody>('POST', '/api/basket/lines', line, headers);
    const lock: Lock = ['SELECT FROM users WHERE id = $1 FOR UPDATE', [user.id]];
    await whileFull(lock, add, async (refused) => {
      expect(refused).toMatchObject({ status: 503, body: { type: '/problems/overloaded' } });
      expect(await shop.count('pg_stat_activity', LOCK_WAITERS)).toBe(1);
    });

    expect(await shop.basketOf(user)).toEqual({ [product.sku]: MAX + 1 });
  });

  it('leave the queue when their client closes the connection', async () => {
    const guest = shop.guest();
    await guest.adds(product);
    const clients = Array.from({ length: MAX + 1 }, () => new AbortController());
    const served = new Set<number>();
    const add = async (n: number) => {
      const answer = await send(guest, clients[n]?.signal).catch(() => ({ status: 0 }));
      served.add(n);
      return answer;
    };
    const later: Promise<Answer>[] = [];
    const statuses = await whileFull(lockOf(guest), add, async () => {
      const before = closed;
      const waiting = clients.filter((_, n) => n > 0 && !served.has(n)).slice(0, 10);
      for (const client of waiting) client.abort();
      await eventually(() => Promise.resolve(closed === before + 10));
      for (let n = 0; n < 10; n++) later.push(guest.triesToAdd(product));
    });

    expect(statuses).toEqual([...Array<number>(10).fill(0), ...Array<number>(MAX - 10).fill(201), 503]);
    expect((await Promise.all(later)).map(({ status }) => status)).toEqual(Array<number>(10).fill(201));
    expect(await guest.quantities()).toEqual({ [product.sku]: MAX + 1 });
  });

  async function send({ carriedCookie = '' }: Client, signal?: AbortSignal): Promise<Response> {
    return fetch(`${shop.url}/api/basket/lines`, {
      method: 'POST',
      headers: { Cookie: carriedCookie, 'Content-Type': 'application/json' },
      body: JSON.stringify({ sku: product.sku, quantity: 1 }),
      signal,
    });
  }
});
