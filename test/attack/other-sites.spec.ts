import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

/** Requests that a page of another site can make a visitor's browser send. */
describe('a page of another site', () => {
  const PARTNER = 'https://partner.example';
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ ALLOWED_ORIGINS: `${PARTNER},http://localhost:5173` });
  });
  afterAll(() => shop.close());

  const adds = async (headers: Record<string, string>) => {
    const tea = await shop.product();
    const body = { sku: tea.sku, quantity: 1 };
    return shop.guest().sends<ProblemBody>('POST', '/api/basket/lines', body, headers);
  };

  it.each<[string, Record<string, string>]>([
    ['with its origin', { Origin: 'https://evil.example' }],
    ['from a sandbox, which has no origin', { Origin: 'null' }],
    ['from another port of the same host', { Origin: 'http://127.0.0.1:1' }],
    ['from a host that only begins like ours', { Origin: 'https://partner.example.evil.example' }],
    ['with an origin that is none', { Origin: 'partner.example' }],
    ['without an origin, across sites', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from a neighbour below the same domain', { 'Sec-Fetch-Site': 'same-site' }],
    ['with our origin, which Fetch Metadata belies', { 'Sec-Fetch-Site': 'cross-site', Origin: 'OWN' }],
  ])('cannot write %s', async (_, headers) => {
    const sessions = await shop.count('sessions');
    const real = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === 'OWN' ? shop.url : value]),
    );

    const answer = await adds(real);

    expect([answer.status, answer.body.type]).toEqual([403, '/problems/foreign-origin']);
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(await shop.count('sessions')).toBe(sessions);
  });

  it.each(['PUT', 'POST', 'DELETE'])('cannot use any method that changes data: %s', async (method) => {
    const path = method === 'POST' ? '/api/basket/freeze' : '/api/basket/lines/x';
    const answer = await shop.guest().sends(method, path, undefined, { Origin: 'https://evil.example' });

    expect(answer.status).toBe(403);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'cannot send a form as %s, which needs no preflight',
    async (type) => {
      const body = '{"sku":"x","quantity":1}';
      const answer = await shop.guest().sends('POST', '/api/basket/lines', body, { 'Content-Type': type });

      expect(answer.status).toBe(415);
    },
  );

  it('cannot read a response, because CORS forbids it', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const { headers } = await shop.guest().sends('GET', '/api/basket', undefined, { Origin: origin });
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it('can write and read with the cookie when it is of the same site and allowed', async () => {
    const answer = await adds({ Origin: PARTNER, 'Sec-Fetch-Site': 'same-site' });

    expect(answer.status).toBe(201);
    expect(answer.headers.get('access-control-allow-origin')).toBe(PARTNER);
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true');
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.headers.get('access-control-expose-headers')?.split(', ')).toEqual(
      expect.arrayContaining(['ETag', 'Idempotency-Replayed', 'Location', 'Retry-After', 'WWW-Authenticate']),
    );

    const asked = { Origin: PARTNER, 'Access-Control-Request-Method': 'PUT' };
    const preflight = await shop.guest().sends('OPTIONS', '/api/basket/lines/x', undefined, asked);
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')?.split(', ')).toEqual(
      expect.arrayContaining(['PUT', 'PATCH', 'DELETE']),
    );
    expect(preflight.headers.get('x-content-type-options')).toBe('nosniff');
    expect(preflight.headers.get('x-request-id')).toEqual(expect.any(String));
  });

  it('is told apart from our own pages and other programs, which may write', async () => {
    expect((await adds({ Origin: shop.url, 'Sec-Fetch-Site': 'same-origin' })).status).toBe(201);
    expect((await adds({ 'Sec-Fetch-Site': 'none' })).status).toBe(201);
    expect((await adds({})).status).toBe(201);
  });

  it('cannot show one of our pages in a frame, or run its own script in it', async () => {
    const { headers } = await shop.guest().sends('GET', '/api/docs');
    const policy = headers.get('content-security-policy') ?? '';

    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe/);
    expect(policy).not.toContain('unsafe-eval');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});
