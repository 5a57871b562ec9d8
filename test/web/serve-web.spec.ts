import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { builtWeb } from '../support/build.js';
import { Shop } from '../support/shop.js';

/** The Accept header of a browser that follows a link. */
const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('the pages', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const assets = () => readdirSync(join(builtWeb(), 'assets'));
  const script = () => assets().find((file) => /^main-.*\.js$/.test(file)) ?? '';

  it('are served at /, revalidated each time, and run no foreign script', async () => {
    const { status, headers, body } = await shop.guest().sends<string>('GET', '/');

    expect(status).toBe(200);
    expect(body).toContain('<div id="root">');
    expect(headers.get('Content-Type')).toMatch(/^text\/html/);
    expect(headers.get('Cache-Control')).toBe('no-cache');
    expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(headers.get('Set-Cookie')).toBeNull();
  });

  it.each(['/basket', '/orders/0199', '/operations', '/no/such/page'])(
    'are served at %s to browsers only',
    async (path) => {
      const navigated = await shop.guest().sends<string>('GET', path, undefined, BROWSER);
      const fetched = await shop.guest().sends('GET', path, undefined, { Accept: 'application/json' });

      expect(navigated.body).toContain('<div id="root">');
      expect(fetched.body).toMatchObject({ type: '/problems/not-found' });
    },
  );

  it('have assets that are cached for good and compressed; a missing asset is a 404', async () => {
    const path = `/assets/${script()}`;
    const answer = await shop.guest().sends<string>('GET', path, undefined, { 'Accept-Encoding': 'br' });
    const missing = await shop.guest().sends('GET', '/assets/index-old.js', undefined, BROWSER);

    expect(answer.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('Content-Encoding')).toBe('br');
    expect(answer.headers.get('Content-Type')).toMatch(/^(text|application)\/javascript/);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('Cache-Control')).toBe('no-store');
  });

  it('replace no response of the API', async () => {
    for (const path of ['/api', '/api/nonsense', '/metrics/x']) {
      const { status, body } = await shop.guest().sends('GET', path, undefined, BROWSER);

      expect([path, status, body]).toEqual([
        path,
        404,
        expect.objectContaining({ type: '/problems/not-found' }),
      ]);
    }
    const posted = await shop.guest().sends('POST', '/basket', {}, BROWSER);
    expect(posted.status).toBe(404);
  });

  it.each([
    '/../package.json',
    '/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets/../../src/main.js',
    '/%00',
  ])('expose no file outside their folder: %s', async (path) => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      // Sent unchanged: fetch would resolve the dots.
      get(shop.url, { path }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });

    expect([400, 404]).toContain(status);
  });

  it('have less than 125 kB of compressed script in total', () => {
    const sizes = assets()
      .filter((file) => file.endsWith('.js.gz'))
      .map((file) => statSync(join(builtWeb(), 'assets', file)).size);

    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(125_000);
  });

  it('are absent with WEB=off', async () => {
    const bare = await shop.instance({ WEB: 'off' });

    const { status, body } = await bare.guest().sends('GET', '/', undefined, BROWSER);

    expect([status, body]).toEqual([404, expect.objectContaining({ type: '/problems/not-found' })]);
  });
});
