import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import type { ProblemBody } from '../../support/client.js';
import { freePort } from '../../support/free-port.js';
import { Shop } from '../../support/shop.js';

/** Sends a path unchanged: fetch would resolve dots and drop a fragment. */
const send = (url: string, method: string, path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; type: string | undefined }>((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, method, path, headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => {
        const isProblem = response.headers['content-type']?.startsWith('application/problem+json');
        const type = isProblem ? (JSON.parse(text) as ProblemBody).type : undefined;
        resolve({ status: response.statusCode, type });
      });
    })
      .on('error', reject)
      .end();
  });

const NOT_FOUND = { status: 404, type: '/problems/not-found' };

describe('a path that is not exactly one of ours', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it.each([
    ['GET', '/api/basket/'],
    ['GET', '/api/basket/?by=query'],
    ['DELETE', '/api/basket/'],
    ['DELETE', '/api/basket//'],
    ['DELETE', '//api/basket'],
    ['DELETE', '/api//basket'],
    ['DELETE', '/api/basket/lines/'],
    ['DELETE', '/api/basket/lines/..'],
    ['DELETE', '/api/basket/lines/%2e%2e'],
    ['DELETE', '/api/basket/lines/%2E%2E/'],
    ['DELETE', '/api/basket#x'],
    ['DELETE', '/api\\basket#x'],
    ['DELETE', '/API/basket'],
    ['DELETE', '/api/Basket'],
    ['DELETE', '/api/%62asket'],
    ['DELETE', '/api/basket%2F'],
    ['GET', '/api/products/'],
    ['GET', '/api/health/live/'],
    ['GET', '/metrics/'],
    ['GET', '/METRICS'],
    ['GET', '/api/admin/overview/'],
    ['GET', '/api/docs/'],
    ['GET', '/operations/'],
    ['GET', '//'],
    ['GET', '/api/'],
  ])('is refused and changes nothing: %s %s', async (method, path) => {
    const guest = shop.guest();
    await guest.adds(await shop.product(), 2);
    const before = await guest.basket();

    const { status, type } = await send(shop.url, method, path, { Cookie: guest.carriedCookie ?? '' });

    // A sku cannot consist of dots.
    const isSku = /\/lines\/(\.\.|%2e%2e)$/i.test(path);
    expect({ status, type }).toEqual(isSku ? { status: 400, type: '/problems/invalid-input' } : NOT_FOUND);
    expect(await guest.basket()).toEqual({ ...before, expiresAt: expect.any(String) });
  });

  it('is sent by a client that removes the sku `..`: it is refused, and the basket keeps its lines', async () => {
    const guest = shop.guest();
    const tea = await shop.product();
    await guest.adds(tea, 2);

    const headers = { Cookie: guest.carriedCookie ?? '' };
    const answer = await fetch(`${shop.url}/api/basket/lines/..`, { method: 'DELETE', headers });

    expect([answer.url, answer.status]).toEqual([`${shop.url}/api/basket/`, 404]);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
  });

  it('does not include the home page, a page, or an absolute URL (RFC 9112)', async () => {
    const html = { Accept: 'text/html' };

    expect((await send(shop.url, 'GET', '/', html)).status).toBe(200);
    expect((await send(shop.url, 'GET', '/orders/0199', html)).status).toBe(200);
    expect((await send(shop.url, 'GET', `${shop.url}/api/basket`)).status).toBe(200);
    expect((await send(shop.url, 'GET', '/api/docs')).status).toBe(200);
  });

  it('is refused on the operations port, too', async () => {
    const port = await freePort();
    const separated = await shop.instance({ OPERATIONS_PORT: port });
    const own = `http://127.0.0.1:${port}`;

    expect((await send(own, 'GET', '/metrics')).status).toBe(200);
    for (const [url, path] of [
      [own, '/metrics/'],
      [own, '/api/admin/'],
      [own, '/api/admin/overview/'],
      [own, '/api/basket/'],
      [separated.url, '/metrics/'],
      [separated.url, '/METRICS'],
      [separated.url, '/api/admin/overview/'],
      [separated.url, '//api/admin/overview'],
      [separated.url, '/API/admin/overview'],
    ] as const) {
      expect([path, await send(url, 'GET', path)]).toEqual([path, NOT_FOUND]);
    }
  });
});
