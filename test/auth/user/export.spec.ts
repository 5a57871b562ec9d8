import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { DataSource } from 'typeorm';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { OrderDto } from '../../../src/basket/order/order.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { Shop, type TestUser } from '../../support/shop.js';

const PATH = '/api/auth/me/export';

interface Export {
  user: object;
  sessions: { createdAt: string; expiresAt: string }[];
  basket: BasketDto | null;
  frozenBaskets: BasketDto[];
  orders: OrderDto[];
  idempotencyKeys: { key: string }[];
}

describe('the export of a user’s data', () => {
  let shop: Shop;
  let ada: TestUser;
  let client: Client;
  /** A connection outside the shop's small pool. */
  let watcher: DataSource;
  beforeAll(async () => {
    shop = await Shop.open({ DATABASE_POOL_SIZE: '2' });
    watcher = await new DataSource({ type: 'postgres', url: shop.databaseUrl, poolSize: 2 }).initialize();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    ada = await shop.user();
    client = shop.guest();
    await client.logsInAs(ada);
  });
  afterAll(async () => {
    await watcher.destroy();
    await shop.close();
  });

  /**
   * Creates orders with the stamps of consecutive hours, several with the same stamp. Ids are in
   * the order of the stamps.
   */
  const makeOrders = async (count: number, linesEach = 2) => {
    const rows = await shop.sql<{ id: string }>(
      `WITH made AS (
         INSERT INTO baskets (owner_id, status, submitted_at, currency)
         SELECT $1, 'submitted', now() - (n / 3) * interval '1 hour', 'EUR' FROM generate_series(1, $2::int) n
         RETURNING id, submitted_at
       ), lines AS (
         INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added, name_pinned, unit_price_minor_pinned)
         SELECT id, 'SKU-' || k, k, 100, 'A name of a usual length', 100 FROM made, generate_series(1, $3::int) k
       )
       SELECT id FROM made ORDER BY submitted_at, id`,
      [ada.id, count, linesEach],
    );
    return rows.map(({ id }) => id);
  };
  const headers = () => ({ Cookie: client.carriedCookie ?? '' });
  const asks = (method = 'GET') => fetch(shop.url + PATH, { method, headers: headers() });
  const requestsWithoutReading = async () => {
    const request = get(shop.url + PATH, { headers: headers() });
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    return answer;
  };
  /** Blocks every statement that reads idempotency keys. They are the last member of an export. */
  const holdTheEnd = async () => {
    const holder = watcher.createQueryRunner();
    await holder.startTransaction();
    await holder.query('LOCK TABLE idempotency_keys IN ACCESS EXCLUSIVE MODE');
    return async () => {
      await holder.rollbackTransaction();
      await holder.release();
    };
  };
  /** Cancels the statement that waits for the lock, as PostgreSQL does after a lock timeout. */
  const cancelWaiting = () =>
    eventually(async () => {
      const sql = `
        SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%idempotency_keys%'`;
      return (await watcher.query<object[]>(sql)).length > 0;
    });

  it('contains each order once, oldest first, and each session and key once, over many pages', async () => {
    const ids = await makeOrders(233);
    await shop.sql(
      `INSERT INTO sessions (id, user_id, expired_at, created_at)
       SELECT 's' || n, $1, 4102444800000 + n, now() - (n / 3) * interval '1 s' FROM generate_series(1, 12000) n`,
      [ada.id],
    );
    await shop.sql(
      `INSERT INTO idempotency_keys (user_id, key, request_hash, status)
       SELECT $1, 'key' || n, 'hash', 201 FROM generate_series(1, 2345) n`,
      [ada.id],
    );
    const basket = await client.adds(await shop.product());

    const { status, headers, body } = await client.sends<Export>('GET', PATH);

    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(Object.keys(body)).toEqual([
      'user',
      'sessions',
      'basket',
      'frozenBaskets',
      'orders',
      'idempotencyKeys',
    ]);
    expect(body.basket).toMatchObject({ id: basket.id });
    expect(body.orders.map(({ id }) => id)).toEqual(ids);
    expect(body.orders.every(({ lines }) => lines.length === 2)).toBe(true);
    expect(new Set(body.sessions.map(({ expiresAt }) => expiresAt)).size).toBe(12_001);
    const started = body.sessions.map(({ createdAt }) => createdAt);
    expect(started).toEqual(started.toSorted());
    expect(new Set(body.idempotencyKeys.map(({ key }) => key)).size).toBe(2_345);
    expect(body.idempotencyKeys).toHaveLength(2_345);
  });

  it('contains each frozen basket once, over many pages', async () => {
    const made = await shop.sql<{ id: string }>(
      `INSERT INTO baskets (owner_id, status, frozen_at, currency)
       SELECT $1, 'frozen', now() - (n / 3) * interval '1 microsecond', 'EUR' FROM generate_series(1, 123) n
       RETURNING id`,
      [ada.id],
    );
    const { body } = await client.sends<Export>('GET', PATH);

    expect(body.frozenBaskets.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort());
    expect(body.frozenBaskets.at(-1)?.id).toBe(body.basket?.id);
  });

  it('sends what it has read while it reads the rest', async () => {
    const ids = await makeOrders(1_000);
    const resume = await holdTheEnd();

    const answer = await asks();
    const pieces: Uint8Array[] = [];
    for await (const piece of answer.body as AsyncIterable<Uint8Array>) {
      if (pieces.length === 0) await resume();
      pieces.push(piece);
    }

    const text = Buffer.concat(pieces).toString();
    expect((JSON.parse(text) as Export).orders.map(({ id }) => id)).toEqual(ids);
  });

  it('is cut off, not completed, when the database fails in the middle of it', async () => {
    await makeOrders(1_000);
    const resume = await holdTheEnd();

    const answer = await asks();
    const whole = answer.text();
    whole.catch(() => undefined);
    await cancelWaiting();
    expect(answer.status).toBe(200);
    await expect(whole).rejects.toThrow();

    await resume();
    expect((await client.sends('GET', PATH)).status).toBe(200);
  });

  it('is a problem response when the database fails before the first byte is sent', async () => {
    await makeOrders(1);
    const resume = await holdTheEnd();

    const asked = client.sends<ProblemBody>('GET', PATH);
    await cancelWaiting();

    expect(await asked).toMatchObject({ status: 503, body: { type: '/problems/database-unavailable' } });
    await resume();
  });

  it('holds no database connection for clients that do not read', async () => {
    await makeOrders(200, 50);
    // More bytes than the buffers of the operating system hold.
    await shop.sql(`UPDATE basket_lines SET name_pinned = repeat('x', 2000)`);
    const answers = await Promise.all([1, 2, 3].map(() => requestsWithoutReading()));

    await shop.guest().adds(await shop.product());
    const isHeld = async () =>
      (
        await watcher.query<object[]>(
          `SELECT FROM pg_stat_activity WHERE application_name = 'basketkeeper' AND datname = current_database()
           AND state <> 'idle'`,
        )
      ).length > 0;
    await eventually(async () => !(await isHeld()));

    const [first] = answers;
    const body = first ? await json(first) : null;
    expect((body as Export).orders).toHaveLength(200);
    for (const answer of answers) answer.destroy();
  });

  it('reads no data for HEAD', async () => {
    const resume = await holdTheEnd();

    const answer = await asks('HEAD');

    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    await resume();
  });
});
