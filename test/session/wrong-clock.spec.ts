import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Client } from '../support/client.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

const PRELOAD = join(import.meta.dirname, '../support/shifted-clock.mjs');
const DAY_SECONDS = 86_400;
const DAY = DAY_SECONDS * 1_000;
/** The default of SESSION_TTL_SECONDS, of SESSION_MAX_SECONDS, and the tolerance of a test. */
const [IDLE, ABSOLUTE, SLACK] = [14 * DAY, 90 * DAY, 60_000];

describe.each([15, -15])('an instance whose clock is wrong by %d days', (days) => {
  let shop: Shop;
  let wrong: Program;
  let url: string;
  let tea: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    wrong = Program.run('main', [], {
      DATABASE_URL: shop.databaseUrl,
      PORT: '0',
      CLEANUP_CRON: 'off',
      NODE_OPTIONS: `--import ${PRELOAD}`,
      CLOCK_SHIFT_SECONDS: String(days * DAY_SECONDS),
    });
    url = await wrong.serves();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    tea = await shop.product();
  });
  afterAll(async () => {
    await wrong.stops('SIGTERM');
    await shop.close();
  });

  const lifetimes = async ({ sessionId }: Client) => {
    const [row] = await shop.sql<{ left: number; age: number }>(
      `SELECT expired_at::float8 - extract(epoch FROM clock_timestamp())::float8 * 1000 AS left,
         extract(epoch FROM clock_timestamp() - created_at)::float8 * 1000 AS age
       FROM sessions WHERE id = $1`,
      [sessionId],
    );
    return row ?? { left: NaN, age: NaN };
  };
  const expectLeft = async (client: Client, left: number) => {
    const found = await lifetimes(client);
    expect(found.left).toBeLessThanOrEqual(left + 1_000);
    expect(found.left).toBeGreaterThan(left - SLACK);
  };
  /** Backdates the last use, far enough that a renewal is written. */
  const lastSeen = (milliseconds: number) =>
    shop.sql('UPDATE sessions SET expired_at = expired_at - $1::bigint', [milliseconds]);

  it('creates a session that lives as long as any other', async () => {
    const guest = shop.guest().tab(url);
    const { expiresAt } = await guest.adds(tea);

    await expectLeft(guest, IDLE);
    expect(Math.abs((await lifetimes(guest)).age)).toBeLessThan(SLACK);
    expect(Date.parse(String(expiresAt)) - Date.now()).toBeLessThanOrEqual(IDLE + 1_000);
    expect(await guest.tab(shop.url).quantities()).toEqual({ [tea.sku]: 1 });
  });

  it('creates such a session by a request with an idempotency key, and by a login', async () => {
    const guest = shop.guest().tab(url);
    const body = { sku: tea.sku, quantity: 1 };
    await guest.sends('POST', '/api/basket/lines', body, { 'Idempotency-Key': 'K' });
    await expectLeft(guest, IDLE);
    const guestId = guest.sessionId;

    await guest.logsInAs(await shop.user());

    await expectLeft(guest, IDLE);
    const [tombstone] = await shop.sql(
      `SELECT expired_at::float8 - extract(epoch FROM replaced_at)::float8 * 1000 AS rest,
         abs(extract(epoch FROM clock_timestamp() - replaced_at)::float8) AS age
       FROM sessions WHERE id = $1`,
      [guestId],
    );
    expect(tombstone).toMatchObject({ rest: expect.closeTo(60_000, -1) as unknown });
    expect((tombstone as { age: number }).age).toBeLessThan(60);
  });

  it.each<[string, (client: Client) => Promise<unknown>]>([
    ['a look', (client) => client.basket()],
    ['an add', (client) => client.adds(tea)],
    [
      'an add under the lock',
      (client) =>
        client.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 }, { 'If-Match': '*' }),
    ],
    ['a list of orders', (client) => client.sends('GET', '/api/orders')],
    ['a freeze', (client) => client.sends('POST', '/api/basket/freeze')],
  ])(
    'finds the session of a visitor after 13 days, and renews it until the right time: %s',
    async (_, act) => {
      const guest = shop.guest();
      await guest.adds(tea);
      await lastSeen(13 * DAY);
      const other = guest.tab(url);

      await act(other);

      expect(other.sessionId).toBe(guest.sessionId);
      await expectLeft(guest, IDLE);
      expect(await guest.quantities()).toMatchObject({ [tea.sku]: expect.any(Number) as unknown });
    },
  );

  it('does not extend a session beyond its absolute lifetime', async () => {
    const guest = shop.guest();
    await guest.adds(tea);
    await lastSeen(13 * DAY);
    await shop.sql(`UPDATE sessions SET created_at = now() - interval '80 days'`);

    await guest.tab(url).adds(tea);
    await guest.tab(url).sends('GET', '/api/orders');

    await expectLeft(guest, ABSOLUTE - 80 * DAY);
  });

  it.each<[string, (client: Client) => Promise<{ status: number }>]>([
    ['a look', (client) => client.sends('GET', '/api/basket')],
    ['an add', (client) => client.triesToAdd(tea)],
    ['a freeze', (client) => client.sends('POST', '/api/basket/freeze')],
  ])('finds no expired session: %s', async (_, act) => {
    const guest = shop.guest();
    await guest.adds(tea);
    await lastSeen(14 * DAY + 1_000);
    const id = guest.sessionId;
    const other = guest.tab(url);

    await act(other);

    expect((await lifetimes(guest)).left).toBeLessThan(0);
    expect(
      await shop.count('basket_lines JOIN sessions USING (basket_id)', `id = '${id}' AND quantity > 1`),
    ).toBe(0);
    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(0);
  });

  it('sets a cookie that lives for the absolute lifetime', async () => {
    const { headers } = await shop.guest().tab(url).triesToAdd(tea);

    expect(headers.getSetCookie()[0]).toContain(`; Max-Age=${ABSOLUTE / 1_000};`);
  });

  it('remembers a key for 24 hours', async () => {
    const guest = shop.guest();
    await guest.adds(tea);
    const other = guest.tab(url);
    const add = () =>
      other.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 }, { 'Idempotency-Key': 'K' });
    await add();
    await add();
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });

    await shop.sql(`UPDATE idempotency_keys SET created_at = created_at - interval '24 hours'`);
    await add();
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });
  });
});
