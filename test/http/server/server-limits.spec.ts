import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { Shop } from '../../support/shop.js';

describe('a request', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  /** Sends raw bytes, which no client library would send. */
  const raw = (...lines: string[]) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () =>
        socket.write(`${lines.join('\r\n')}\r\n\r\n`),
      );
      let answer = '';
      socket.on('data', (data) => (answer += String(data)));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });
  const others = (count: number) => Array.from({ length: count }, (_, n) => `X-${n}: 1`);
  const get = (path: string, ...headers: string[]) =>
    raw(`GET ${path} HTTP/1.1`, 'Connection: close', ...headers);

  it('has all its headers read, even after a hundred others', async () => {
    const answer = await get('/api/auth/me', 'Host: x', ...others(150), 'Authorization: Bearer x.y.z');

    expect(answer).toContain('/problems/invalid-token');
  });

  it.each([
    ['431', 'headers-too-large', ['Host: x', ...others(3_000)]],
    ['400', 'malformed-request', ['Host: x', 'Host: y']],
    ['400', 'malformed-request', []],
    ['417', 'expectation-failed', ['Host: x', 'Expect: a miracle']],
  ])('gets %s %s', async (status, type, headers) => {
    const [head = '', body = ''] = (await get('/api/products', ...headers)).split('\r\n\r\n');

    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(body).toContain(`"type":"/problems/${type}"`);
  });

  it('of HTTP 1.0 needs no host', async () => {
    expect(await raw('GET /api/health/live HTTP/1.0')).toMatch(/^HTTP\/1.1 200 /);
  });

  it('without a login is told how to log in', async () => {
    const wrong = { email: 'nobody@example.com', password: 'wrong horse battery' };
    const answers = await Promise.all([
      shop.guest().sends('GET', '/api/auth/me'),
      shop.guest().sends('POST', '/api/auth/login', wrong),
      shop.guest().sends('POST', '/api/auth/refresh'),
    ]);

    for (const { status, headers } of answers) {
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
  });

  it('to a known path by another method is told the allowed methods', async () => {
    const cases = [
      ['PATCH', '/api/basket', 'DELETE, GET, HEAD, OPTIONS'],
      ['GET', '/api/basket/lines', 'OPTIONS, POST'],
      ['POST', '/api/basket/lines/x', 'DELETE, OPTIONS, PUT'],
      ['DELETE', '/api/products/x', 'GET, HEAD, OPTIONS'],
      ['POST', '/metrics', 'GET, HEAD, OPTIONS'],
    ];
    for (const [method, path, allow] of cases) {
      const { status, headers } = await shop.guest().sends(String(method), String(path));

      expect([path, status, headers.get('allow')]).toEqual([path, 405, allow]);
    }
    const options = await shop.guest().sends('OPTIONS', '/api/basket');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'DELETE, GET, HEAD, OPTIONS']);
    expect((await shop.guest().sends('POST', '/api/nowhere')).status).toBe(404);
  });
});
