import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { API_KEY_SCOPES, type ApiKeyScope } from '../../src/auth/api-key/api-key-scopes.js';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

type Operation = { security: Record<string, ApiKeyScope[]>[]; requestBody?: object };
interface Route {
  name: string;
  method: string;
  path: string;
  body?: object;
  security: Operation['security'];
}

const { paths } = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
};
const routes = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { security }]): Route => ({
    name: `${method} ${path}`,
    method: method.toUpperCase(),
    path: path.replace('{id}', randomUUID()).replace(/\{\w+\}/, 'TEA'),
    ...(method !== 'get' && { body: {} }),
    security,
  })),
);
const isAdmin = ({ path }: Route) => path.startsWith('/api/admin/');
const isOfKeys = ({ path }: Route) => path.startsWith('/api/admin/api-keys');
const scopesOf = ({ security }: Route) => security.flatMap(({ apiKey = [] }) => apiKey);
const scoped = routes
  .filter((route) => isAdmin(route) && !isOfKeys(route))
  .map((route) => [route.name, route] as const);
const OF_VISITORS = routes.filter((route) => !isAdmin(route) && route.path !== '/metrics');

describe('a program with an API key', () => {
  let shop: Shop;
  let all: { Authorization: string };
  beforeAll(async () => {
    shop = await Shop.open();
    all = await shop.key(...API_KEY_SCOPES);
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products CASCADE'));
  afterAll(() => shop.close());

  const sends = ({ method, path, body }: Route, key: object) =>
    shop.guest().sends<ProblemBody>(method, path, body, { ...key });

  it.each(scoped)('needs the scope that the document names: %s', async (_, route) => {
    const [scope, ...more] = scopesOf(route);
    if (!scope) throw new Error(`${route.name} names no scope`);
    const others = API_KEY_SCOPES.filter((other) => other !== scope);

    const refused = await sends(route, await shop.key(...others));
    const admitted = await sends(route, await shop.key(scope));

    expect(more).toEqual([]);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ type: '/problems/insufficient-scope', scope });
    expect(refused.headers.get('www-authenticate')).toContain(`scope="${scope}"`);
    expect([401, 403]).not.toContain(admitted.status);
    expect(admitted.headers.getSetCookie()).toEqual([]);
    expect(await shop.count('sessions')).toBe(0);
  });

  it('cannot use the routes of keys, whatever its scopes', async () => {
    const ofKeys = routes.filter(isOfKeys);

    expect(ofKeys).toHaveLength(3);
    for (const route of ofKeys) {
      const { status, body } = await sends(route, all);
      expect([route.name, status, body.type]).toEqual([route.name, 403, '/problems/forbidden']);
      expect(scopesOf(route)).toEqual([]);
    }
  });

  it('is no visitor: routes with a Bearer token refuse it, all others ignore it', async () => {
    const known = { refused: 0, ignored: 0 };
    for (const route of OF_VISITORS) {
      const isRefused = route.security.some((requirement) => 'bearer' in requirement);
      known[isRefused ? 'refused' : 'ignored'] += 1;

      const { status, body } = await sends(route, all);

      if (isRefused)
        expect([route.name, status, body.type]).toEqual([route.name, 403, '/problems/forbidden']);
      else expect([route.name, status]).toEqual([route.name, (await sends(route, {})).status]);
    }
    expect(known.refused).toBeGreaterThan(12);
    expect(known.ignored).toBeGreaterThan(5);
    expect(await shop.count('baskets')).toBe(0);
  });

  it('gets nothing from the cookie of an admin beside its key, and a customer keeps the basket', async () => {
    const [admin, customer] = [await shop.admin(), await shop.userWith(await shop.product())];
    const basket = await customer.basket();
    const narrow = await shop.key('orders:read');

    expect((await admin.sends('GET', '/api/admin/overview', undefined, narrow)).status).toBe(403);
    expect((await customer.sends('GET', '/api/basket', undefined, all)).status).toBe(403);
    expect((await customer.sends('GET', '/api/admin/overview', undefined, all)).status).toBe(200);
    expect(await customer.basket()).toEqual(basket);
  });

  it.each([
    'bk_',
    'bk_x',
    `bk_${'x'.repeat(42)}`,
    `bk_${'x'.repeat(43)}`,
    `bk_${'x'.repeat(44)}`,
    `bk_${'x'.repeat(8_000)}`,
    `bk_${'é'.repeat(43)}`,
    `BK_${'x'.repeat(43)}`,
    `bk_${'x'.repeat(43)} bk_`,
    `bk_' OR true --`,
    'bk_a.b.c',
  ])('is refused with the unknown key %s, on every route that checks it', async (key) => {
    const Authorization = `Bearer ${Buffer.from(key).toString('latin1')}`;

    for (const path of ['/api/admin/orders', '/api/admin/api-keys', '/api/basket', '/api/auth/me']) {
      const { status, body } = await shop
        .guest()
        .sends<ProblemBody>('GET', path, undefined, { Authorization });
      expect([path, status, body.type]).toEqual([path, 401, '/problems/invalid-token']);
    }
  });

  it('is accepted with any case of the scheme, as other tokens are', async () => {
    const [, key = ''] = all.Authorization.split(' ');

    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      const header = { Authorization: `${scheme} ${key}` };
      expect((await shop.guest().sends('GET', '/api/admin/overview', undefined, header)).status).toBe(200);
    }
  });

  it('does nothing more after the answer to the revocation, on any instance', async () => {
    const instance = await shop.instance();
    const admin = await shop.admin();
    for (let round = 0; round < 5; round++) {
      const key = await shop.key('products:write');
      const [row] = await shop.sql<{ id: string }>(
        'SELECT id FROM api_keys ORDER BY created_at DESC LIMIT 1',
      );
      const write = (at: Shop, sku: string) =>
        at.guest().sends('PUT', `/api/admin/products/${sku}`, { name: 'Tea', unitPriceMinor: 1 }, key);
      const racing = Promise.all([0, 1, 2, 3].map((n) => write(n % 2 ? shop : instance, `RACE-${n}`)));

      expect((await admin.sends('DELETE', `/api/admin/api-keys/${row?.id}`)).status).toBe(204);
      const late = await Promise.all([write(shop, 'LATE'), write(instance, 'LATE')]);

      for (const { status } of await racing) expect([200, 401]).toContain(status);
      expect(late.map(({ status }) => status)).toEqual([401, 401]);
    }
    expect(await shop.count('products', `sku = 'LATE'`)).toBe(0);
  });
});
