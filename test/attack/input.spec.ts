import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

describe('an attacker who sends invalid input', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const post = (body: unknown, path = '/api/basket/lines') =>
    shop.guest().sends<ProblemBody>('POST', path, body);
  /** Sends raw bytes that no client library would send, and returns the response. */
  const raw = (bytes: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(new URL(shop.url).port), '127.0.0.1', () => socket.write(bytes));
      let answer = '';
      socket.on('data', (data) => (answer += String(data)));
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each<[string, unknown]>([
    ['a deeply nested body', `{"sku":${nested(7_000)},"quantity":1}`],
    ['a slightly nested body', { sku: { sku: { sku: { sku: {} } } }, quantity: 1 }],
    ['an array instead of an object', '[{"sku":"x","quantity":1}]'],
    ['a prototype', '{"__proto__":{"isAdmin":true},"sku":"x","quantity":1}'],
    ['a constructor', '{"constructor":{"prototype":{"isAdmin":true}},"sku":"x","quantity":1}'],
    ['a plain constructor', '{"constructor":1,"sku":"x","quantity":1}'],
    ['an unknown member', { sku: 'x', quantity: 1, unitPriceMinor: 1 }],
    ['a constructor as an attribute', { sku: 'x', quantity: 1, attributes: { constructor: {} } }],
    ['a sku with NUL', { sku: 'x\0', quantity: 1 }],
    ['a lone surrogate', '{"sku":"\\ud800","quantity":1}'],
    ['a sku that is too long', { sku: 'x'.repeat(101), quantity: 1 }],
    ['an empty sku', { sku: '', quantity: 1 }],
    ['a list of skus', { sku: ['x'], quantity: 1 }],
    ['a quantity of 0', { sku: 'x', quantity: 0 }],
    ['a negative quantity', { sku: 'x', quantity: -1 }],
    ['half a piece', { sku: 'x', quantity: 0.5 }],
    ['a quantity as text', { sku: 'x', quantity: '1' }],
    ['more than an integer holds', { sku: 'x', quantity: 2_147_483_648 }],
    ['more than a number holds', '{"sku":"x","quantity":1e999}'],
    ['no quantity', { sku: 'x' }],
  ])('gets 400, with the reason, for %s', async (_, body) => {
    const sessions = await shop.count('sessions');

    const answer = await post(body);

    expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-input']);
    expect(await shop.count('sessions')).toBe(sessions);
  });

  it.each([
    ['a NUL in an email', { email: 'a\0@example.com', password: 'correct horse' }],
    ['a NUL in a password', { email: 'a@example.com', password: 'correct\0horse' }],
    ['a lone surrogate in a password', '{"email":"a@example.com","password":"correct \\udfff horse"}'],
    ['an object as the password', { email: 'a@example.com', password: { $ne: '' } }],
  ])('cannot log in with %s', async (_, body) => {
    expect((await post(body, '/api/auth/login')).status).toBe(400);
    expect((await post(body, '/api/auth/register')).status).toBe(400);
  });

  it.each([
    ['GET', '/api/products?limit=0'],
    ['GET', '/api/products?limit=101'],
    ['GET', '/api/products?limit=1e1'],
    ['GET', '/api/products?limit=1&limit=2'],
    ['GET', '/api/products?q[a]=1'],
    ['GET', '/api/products?q=%00'],
    ['GET', '/api/products?q=a&q=b'],
    ['GET', '/api/products?cursor=x'],
    ['GET', `/api/products?q=${'x'.repeat(101)}`],
    ['GET', '/api/products?sort=price'],
    ['GET', '/api/products/%00'],
    ['GET', `/api/products/${'x'.repeat(101)}`],
    ['DELETE', '/api/basket/lines/%ED%A0%80'],
    ['GET', '/api/products/%E0%A4%A'],
  ])('gets 400 for %s %s', async (method, path) => {
    expect((await shop.guest().sends(method, path)).status).toBe(400);
  });

  it.each([`' OR '1'='1`, `'; DROP TABLE products; --`, '%', '_', '\\', `$1`, '${jndi:ldap://x}'])(
    'gets no other rows by SQL or patterns in a search or a sku: %s',
    async (text) => {
      const { status, body } = await shop
        .guest()
        .sends<{ products: object[] }>('GET', `/api/products?q=${encodeURIComponent(text)}`);

      expect([status, body.products]).toEqual([200, []]);
      expect((await post({ sku: text, quantity: 1 })).status).toBe(422);
      expect(await shop.count('products')).toBeGreaterThanOrEqual(0);
    },
  );

  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['a path that is too long', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, '431'],
    ['text that is not HTTP', 'HELLO\r\n\r\n', '400'],
    ['a request without a host', 'GET /api/basket HTTP/1.1\r\n\r\n', '400'],
    [
      'two lengths, to smuggle a request',
      'POST /api/basket/lines HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      '400',
    ],
  ])('gets an error for %s, and the connection is closed', async (_, bytes, status) => {
    const answer = await raw(bytes);

    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).not.toMatch(/node_modules|\.js:\d/);
  });
});
