import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get, type IncomingMessage } from 'node:http';
import { Shop } from '../../support/shop.js';

/** Reads without fetch, which hides a 304 from its caller. */
async function read(url: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(url, { headers, agent: false }, (response) => resolve(response.resume())).on('error', reject);
  });
}

const PICTURES = ['/icon.svg', '/products/plain.svg'];
const EXPLORER = [
  '/api/docs/swagger-ui.css',
  '/api/docs/swagger-ui-bundle.js',
  '/api/docs/favicon-32x32.png',
];
const OTHERS = [
  '/',
  '/orders',
  '/api/docs',
  '/api/products',
  '/api/openapi.json',
  '/api/basket',
  '/api/health/live',
  '/problems/forbidden',
  '/nowhere.txt',
];

describe('when other origins are allowed', () => {
  let shop: Shop;
  let closed: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ ALLOWED_ORIGINS: 'https://partner.example' });
    closed = await shop.instance();
  });
  afterAll(() => shop.close());

  const asset = async () => {
    const page = await (await fetch(`${shop.url}/`)).text();
    return /\/assets\/[^"]+\.js/.exec(page)?.[0] ?? '';
  };

  it.each(['text/html', 'application/json', '*/*'])('each response has a Vary header: %s', async (accept) => {
    for (const path of [await asset(), ...PICTURES, ...EXPLORER, ...OTHERS]) {
      for (const encoding of ['br', 'identity']) {
        const { headers } = await read(shop.url + path, { Accept: accept, 'Accept-Encoding': encoding });
        expect([path, headers.vary]).toEqual([path, expect.stringContaining('Origin')]);
      }
    }
  });

  it('HEAD, a 304 and an error have the Vary header too', async () => {
    const { headers } = await read(`${shop.url}/icon.svg`);
    const unchanged = await read(`${shop.url}/icon.svg`, { 'If-None-Match': headers.etag ?? '' });
    const head = await fetch(`${shop.url}/icon.svg`, { method: 'HEAD' });
    const refusal = await fetch(`${shop.url}/api/basket`, { method: 'PATCH' });

    expect(unchanged.statusCode).toBe(304);
    expect(unchanged.headers.vary).toContain('Origin');
    expect(head.headers.get('vary')).toContain('Origin');
    expect([refusal.status, refusal.headers.get('vary')]).toEqual([405, expect.stringContaining('Origin')]);
  });

  it.each(['br', 'gzip', 'identity'])('their pages may show the pictures only: %s', async (encoding) => {
    const policy = async (at: Shop, path: string) =>
      (await read(at.url + path, { 'Accept-Encoding': encoding })).headers['cross-origin-resource-policy'];

    for (const path of PICTURES) {
      expect([path, await policy(shop, path)]).toEqual([path, 'cross-origin']);
      expect([path, await policy(closed, path)]).toEqual([path, 'same-origin']);
    }
    for (const path of [await asset(), ...EXPLORER, ...OTHERS]) {
      expect([path, await policy(shop, path)]).toEqual([path, 'same-origin']);
    }
  });

  it('a file of the explorer is revalidated each time by its tag', async () => {
    for (const path of EXPLORER) {
      const first = await read(shop.url + path);
      const again = await read(shop.url + path, { 'If-None-Match': first.headers.etag ?? '' });

      expect([path, first.statusCode, first.headers['cache-control']]).toEqual([path, 200, 'no-cache']);
      expect([path, again.statusCode]).toEqual([path, 304]);
      expect(again.headers['cache-control']).toMatch(/no-cache|max-age=0/);
    }
  });
});
