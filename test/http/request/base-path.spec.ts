import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { get } from 'node:http';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { withoutBasePath } from '../../../src/http/request/base-path.js';
import { builtWeb } from '../../support/build.js';
import { Client, type ProblemBody } from '../../support/client.js';
import { freePort } from '../../support/free-port.js';
import { Shop } from '../../support/shop.js';

const PREFIX = '/shop/basket';
/** The Accept header of a browser that follows a link. */
const BROWSER = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

describe('BASE_PATH', () => {
  it.each([
    ['/shop/basket/api/basket?x=/shop', '/api/basket?x=/shop'],
    ['/shop/basket', '/'],
    ['/shop/basket?q=tea', '/?q=tea'],
    ['http://shop.example/shop/basket/api/basket', '/api/basket'],
    ['/shop/basket/shop/basket/x', '/shop/basket/x'],
    ['/shop/basket//api', '//api'],
  ])('maps the URL %s to %s', (url, expected) => {
    expect(withoutBasePath(url, PREFIX)).toBe(expected);
  });

  it.each(['/', '/api/basket', '/shop', '/shop/baskets/api', '/Shop/basket/api', '/shop%2Fbasket/api', '*'])(
    'maps the URL %s to no route',
    (url) => {
      expect(withoutBasePath(url, PREFIX)).toBe('//');
    },
  );
});

describe('a shop below a path of another host', () => {
  let shop: Shop;
  let inside: string;
  beforeAll(async () => {
    const port = await freePort();
    shop = await Shop.open({ BASE_PATH: PREFIX, OPERATIONS_PORT: port });
    inside = `http://127.0.0.1:${port}`;
  });
  afterAll(() => shop.close());

  const origin = () => new URL(shop.url).origin;

  it('keeps a basket with a cookie for the whole host', async () => {
    const tea = await shop.product();
    const guest = shop.guest();

    const added = await guest.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 2 });

    expect(added.status).toBe(201);
    expect(added.headers.getSetCookie()[0]).toMatch(/^sid=.*; Path=\/;/);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
  });

  it('refuses a write of another site', async () => {
    const foreign = { Origin: 'https://other.example' };
    const { body } = await shop
      .guest()
      .sends('POST', '/api/basket/lines', { sku: 'x', quantity: 1 }, foreign);

    expect(body).toMatchObject({ type: '/problems/foreign-origin', instance: `${PREFIX}/api/basket/lines` });
  });

  it('names the path as sent in a problem, and explains its type below the prefix', async () => {
    const { body, status } = await shop.guest().sends<ProblemBody>('GET', '/api/products/none?x=1');
    const page = await shop.guest().sends('GET', body.type);

    expect(status).toBe(404);
    expect(body).toMatchObject({
      type: '/problems/unknown-product',
      instance: `${PREFIX}/api/products/none`,
    });
    expect(page).toMatchObject({ status: 200, body: { type: '/problems/unknown-product' } });
  });

  it('names an undecodable path as sent', async () => {
    const { body } = await shop.guest().sends('GET', '/api/products/%ff');

    expect(body).toMatchObject({ type: '/problems/invalid-input', instance: `${PREFIX}/api/products/%ff` });
  });

  it('states the allowed methods of a path', async () => {
    const { status, headers } = await shop.guest().sends('PATCH', '/api/products');

    expect([status, headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  it('serves document, explorer and health', async () => {
    const document = await shop.guest().sends('GET', '/api/openapi.json');
    const explorer = await shop.guest().sends<string>('GET', '/api/docs');
    const [, script = ''] = /src="([^"]*swagger-ui-init\.js)"/.exec(explorer.body) ?? [];

    expect(document.body).toMatchObject({ servers: [{ url: PREFIX }] });
    expect(document.headers.get('Cache-Control')).toBe('no-cache');
    expect((await fetch(new URL(script, `${shop.url}/api/docs`))).status).toBe(200);
    expect((await shop.guest().sends('GET', '/api/health/ready')).status).toBe(200);
  });

  it.each(['', '/', '?q=tea', '/basket', '/orders/0199'])(
    'serves a page at %s, with its files',
    async (path) => {
      const page = await shop.guest().sends<string>('GET', path, undefined, BROWSER);
      const files = [...page.body.matchAll(/(?:src|href)="([^"]+\.\w+)"/g)].map(([, file = '']) => file);

      expect(files).toContainEqual(expect.stringMatching(/^\/shop\/basket\/assets\/main-.*\.js$/));
      for (const file of files) expect((await fetch(origin() + file)).status).toBe(200);
    },
  );

  it.each(['/', '/api/basket', '/api/openapi.json', '/basket', '/shop', '/shop/baskets', '/icon.svg'])(
    'answers 404 at %s of the host',
    async (path) => {
      const url = origin() + path;
      const answers = [
        await fetch(url),
        await fetch(url, { headers: BROWSER }),
        await fetch(url, { method: 'DELETE' }),
      ];

      for (const answer of answers) {
        expect(answer.status).toBe(404);
        expect(await answer.json()).toMatchObject({ type: '/problems/not-found', instance: path });
      }
    },
  );

  it('answers 404 when dots in the path lead out of the prefix', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      // Sent unchanged: fetch would resolve the dots.
      const path = `${PREFIX}/../../api/basket`;
      get(origin(), { path }, (response) => resolve(response.resume().statusCode)).on('error', reject);
    });

    expect(status).toBe(404);
  });

  it('uses no prefix on the operations port', async () => {
    const operations = new Client(inside);
    const script = readdirSync(join(builtWeb(), 'assets')).find((file) => /^main-.*\.js$/.test(file));

    expect((await operations.sends('GET', '/metrics')).status).toBe(200);
    expect((await operations.sends('GET', '/api/health/ready')).status).toBe(200);
    expect((await operations.sends('GET', '/operations', undefined, BROWSER)).body).toContain(
      `src="/assets/${script}"`,
    );
    expect((await operations.sends('GET', `${PREFIX}/api/health/ready`)).status).toBe(404);
    expect((await shop.guest().sends('GET', '/metrics')).status).toBe(404);
  });

  it('does a request with a key once, even when the prefix has changed meanwhile', async () => {
    const tea = await shop.product();
    const elsewhere = await shop.instance({ BASE_PATH: '/moved' });
    const guest = shop.guest();
    await guest.adds(tea);
    const body = { sku: tea.sku, quantity: 1 };
    const key = { 'Idempotency-Key': 'once' };

    await guest.sends('POST', '/api/basket/lines', body, key);
    const again = await guest.tab(elsewhere.url).sends('POST', '/api/basket/lines', body, key);

    expect(again.headers.get('Idempotency-Replayed')).toBe('true');
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
  });
});

describe('two shops on one host', () => {
  it('read their own cookies by SESSION_COOKIE_NAME', async () => {
    const shop = await Shop.open({ SESSION_COOKIE_NAME: 'tea-sid' });
    const other = await shop.instance();
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);

    expect(guest.carriedCookie).toMatch(/^tea-sid=/);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
    expect(await guest.tab(other.url).quantities()).toEqual({});
    const { body } = await guest.sends('GET', '/api/openapi.json');
    expect(body).toMatchObject({ components: { securitySchemes: { session: { name: 'tea-sid' } } } });
    await shop.close();
  });

  it('keep the prefix __Host- in production', async () => {
    const secrets = { SESSION_SECRET: 's'.repeat(32), JWT_SECRET: 'j'.repeat(32) };
    const production = { NODE_ENV: 'production', TRUST_PROXY: '1', ...secrets };
    const shop = await Shop.open({ ...production, SESSION_COOKIE_NAME: 'tea-sid', BASE_PATH: PREFIX });
    const { sku } = await shop.product();
    const https = { 'X-Forwarded-Proto': 'https' };

    const added = await shop.guest().sends('POST', '/api/basket/lines', { sku, quantity: 1 }, https);

    expect(added.headers.getSetCookie()[0]).toMatch(/^__Host-tea-sid=.*; Path=\/;.*; Secure/);
    await shop.close();
  });
});
