import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

const LIMIT = 3;

describe('the sessions that one network creates', () => {
  let shop: Shop;
  let other: Shop;
  let tea: Product;
  const settings = { TRUST_PROXY: 'loopback', RATE_LIMIT_GUESTS: String(LIMIT) };
  beforeAll(async () => {
    shop = await Shop.open(settings);
    other = await shop.instance(settings);
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, login_attempts CASCADE');
    tea = await shop.product();
  });
  afterAll(() => shop.close());

  const from = (address: string, headers = {}) => ({ 'X-Forwarded-For': address, ...headers });
  const adds = (client: Client, headers: Record<string, string>, path = '/api/basket/lines') =>
    client.sends('POST', path, { sku: tea.sku, quantity: 1 }, headers);
  const createSessions = (count: number, address: string) =>
    Promise.all(Array.from({ length: count }, (_, n) => adds((n % 2 ? shop : other).guest(), from(address))));
  const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

  it('are limited on all instances together, and a refused request stores nothing', async () => {
    const answers = await createSessions(6, '192.0.2.1');

    expect(statuses(answers)).toEqual([201, 201, 201, 429, 429, 429]);
    for (const { status, body, headers } of answers) {
      if (status !== 429) continue;
      expect(body).toMatchObject({ type: '/problems/too-many-guests' });
      expect(Number(headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
      expect(Number(headers.get('Retry-After'))).toBeLessThanOrEqual(60);
      expect(headers.getSetCookie()).toEqual([]);
    }
    expect(await shop.count('sessions')).toBe(LIMIT);
    expect(await shop.count('baskets')).toBe(LIMIT);
  });

  it.each<[string, (client: Client, headers: Record<string, string>) => Promise<{ status: number }>]>([
    ['an add', (client, headers) => adds(client, headers)],
    [
      'an add by the controller',
      (client, headers) => adds(client, headers, '/api/basket/lines?by=controller'),
    ],
    ['an add with a key', (client, headers) => adds(client, { ...headers, 'Idempotency-Key': 'K' })],
    [
      'a quantity',
      (client, headers) => client.sends('PUT', `/api/basket/lines/${tea.sku}`, { quantity: 1 }, headers),
    ],
  ])('are counted when they are created by %s', async (_, create) => {
    await createSessions(LIMIT, '192.0.2.1');

    expect(await create(shop.guest(), from('192.0.2.1'))).toMatchObject({ status: 429 });
    expect(await create(shop.guest(), from('192.0.2.2'))).not.toMatchObject({ status: 429 });
    expect(await shop.count('sessions')).toBe(LIMIT + 1);
  });

  it('are counted by the /64 network of an IPv6 address', async () => {
    await createSessions(LIMIT, '2001:db8:1:2::1');

    expect((await adds(shop.guest(), from('2001:db8:1:2::2'))).status).toBe(429);
    expect((await adds(shop.guest(), from('2001:db8:1:3::1'))).status).toBe(201);
  });

  it('are the only limited requests: reads, visitors with a session, logins, tokens and requests that store nothing pass', async () => {
    const guest = shop.guest();
    await adds(guest, from('192.0.2.1'));
    await createSessions(LIMIT, '192.0.2.1');
    const ada = await shop.user();
    const here = from('192.0.2.1');

    const { body, status } = await shop
      .guest()
      .sends<{ accessToken: string }>(
        'POST',
        '/api/auth/login',
        { email: ada.email, password: ada.password },
        here,
      );
    const answers = [
      await adds(guest, here),
      await shop.guest().sends('GET', '/api/basket', undefined, here),
      await shop.guest().sends('DELETE', '/api/basket', undefined, here),
      await shop.guest().sends('DELETE', `/api/basket/lines/${tea.sku}`, undefined, here),
      await shop.guest().sends('PUT', `/api/basket/lines/${tea.sku}`, { quantity: 0 }, here),
      await adds(shop.guest(), { ...here, Authorization: `Bearer ${body.accessToken}` }),
    ];

    expect([status, ...statuses(answers)]).toEqual([200, 200, 200, 200, 201, 201, 204]);
  });

  it('are not limited by default', async () => {
    const open = await shop.instance();

    const answers = await Promise.all(Array.from({ length: 40 }, () => adds(open.guest(), {})));

    expect(new Set(statuses(answers))).toEqual(new Set([201]));
    expect(await shop.count('login_attempts')).toBe(0);
  });
});
