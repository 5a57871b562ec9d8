import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Shop } from '../../support/shop.js';

describe('a response', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
    for (let n = 0; n < 20; n++) await shop.product();
  });
  afterAll(() => shop.close());

  const get = (path: string, headers: Record<string, string> = {}) => fetch(shop.url + path, { headers });

  it.each(['/api/products', '/api/openapi.json', '/api/openapi.yaml', '/api/docs'])(
    'with public data has a tag for 304 and is compressed: %s',
    async (path) => {
      const first = await get(path, { 'Accept-Encoding': 'br' });
      const tag = first.headers.get('etag') ?? '';
      const again = await get(path, { 'If-None-Match': tag });

      expect(first.headers.get('cache-control')).toBe('no-cache');
      expect(first.headers.get('content-encoding')).toBe('br');
      expect(first.headers.get('vary')).toContain('accept-encoding');
      expect([again.status, await again.text()]).toEqual([304, '']);
      expect((await get(path, { 'If-None-Match': '"other"' })).status).toBe(200);
    },
  );

  it('with personal data is not stored, has no tag for 304 and is not compressed', async () => {
    const { headers } = await get('/api/basket');
    const again = await get('/api/basket', {
      'If-None-Match': headers.get('etag') ?? '',
      'Accept-Encoding': 'br',
    });

    expect(again.status).toBe(200);
    expect(again.headers.get('cache-control')).toBe('no-store');
    expect(again.headers.get('content-encoding')).toBeNull();
  });

  it('with an error is not stored', async () => {
    for (const path of ['/api/products/NONE', '/api/products?limit=0', '/api/docs/none', '/nowhere']) {
      expect((await get(path)).headers.get('cache-control')).toBe('no-store');
    }
  });

  it('has the same headers for HEAD as for GET', async () => {
    for (const path of ['/api/products', '/api/basket', '/api/health/live', '/']) {
      const headers = { 'Accept-Encoding': 'identity' };
      const read = await get(path, headers);
      const head = await fetch(shop.url + path, { method: 'HEAD', headers });
      const named = ({ headers }: Response) =>
        [...headers.keys()]
          .filter((name) => !['transfer-encoding', 'keep-alive', 'connection'].includes(name))
          .sort();

      expect([path, head.status, named(head)]).toEqual([path, 200, named(read)]);
    }
  });
});
