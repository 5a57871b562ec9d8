import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import type { LoginDto } from '../../src/auth/login/login.dto.js';
import { freePort } from '../support/free-port.js';
import { Shop, type TestUser } from '../support/shop.js';

const PRODUCTION = {
  NODE_ENV: 'production',
  SESSION_SECRET: 's'.repeat(32),
  JWT_SECRET: 'j'.repeat(32),
};
const HTML = { Accept: 'text/html' };

interface Answer {
  status: number;
  cookies: string[];
  headers: Record<string, unknown>;
  body: string;
}

/**
 * Sends as through `ssh -L`: to a port of this machine, with the browser's host. Fetch cannot set
 * `Host`.
 */
async function send(
  port: string,
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: unknown,
): Promise<Answer> {
  const json = body === undefined ? {} : { 'Content-Type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path, headers: { ...headers, ...json }, agent: false };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => {
        const cookies = response.headers['set-cookie'] ?? [];
        resolve({ status: response.statusCode ?? 0, cookies, headers: response.headers, body: text });
      });
    });
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

describe('on the operations port in production', () => {
  let shop: Shop;
  let port: string;
  let main: string;
  let admin: TestUser;
  beforeAll(async () => {
    port = await freePort();
    shop = await Shop.open({ ...PRODUCTION, OPERATIONS_PORT: port });
    main = new URL(shop.url).port;
    admin = await shop.user();
    await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [admin.id]);
  });
  afterAll(() => shop.close());

  const logsIn = (host: string, at = port) => {
    const { email, password } = admin;
    return send(at, 'POST', '/api/auth/login', { Host: host, Origin: `http://${host}` }, { email, password });
  };
  const overview = async (host: string, cookie: string) =>
    (await send(port, 'GET', '/api/admin/overview', { Host: host, Cookie: cookie })).status;
  const cookieOf = ({ cookies }: Answer) => cookies[0]?.split(';')[0] ?? '';

  it.each(['localhost:9000', 'localhost', '127.0.0.1:8443', '[::1]:9000', 'LOCALHOST:9000'])(
    'a login through a tunnel works without https: %s',
    async (host) => {
      const login = await logsIn(host);

      expect(login.status).toBe(200);
      expect(login.cookies).toEqual([
        expect.stringMatching(
          /^operations-sid=s%3A[^;]+; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
        ),
      ]);
      expect(await overview(host, cookieOf(login))).toBe(200);
      const me = await send(port, 'GET', '/api/auth/me', { Host: host, Cookie: cookieOf(login) });
      expect([me.status, JSON.parse(me.body)]).toEqual([200, expect.objectContaining({ role: 'admin' })]);
    },
  );

  it('a logout through a tunnel ends the session and clears its cookie', async () => {
    const cookie = cookieOf(await logsIn('localhost:9000'));
    const logout = await send(port, 'POST', '/api/auth/logout', { Host: 'localhost:9000', Cookie: cookie });

    expect(logout.status).toBe(204);
    expect(logout.cookies).toEqual([expect.stringMatching(/^operations-sid=;.*Expires=Thu, 01 Jan 1970/)]);
    expect(await overview('localhost:9000', cookie)).toBe(401);
  });

  it('the active one of several tunnel cookies is used', async () => {
    const ended = cookieOf(await logsIn('localhost:9000'));
    await send(port, 'POST', '/api/auth/logout', { Host: 'localhost:9000', Cookie: ended });
    const active = cookieOf(await logsIn('localhost:9000'));

    expect(await overview('localhost:9000', `${ended}; ${active}`)).toBe(200);
  });

  it.each(['ops.shop.example', '10.0.0.7:9000', 'localhost.evil.example', '127.0.0.1.evil.example:9000'])(
    'a login by another host needs https: %s',
    async (host) => {
      const login = await logsIn(host);

      expect([login.status, (JSON.parse(login.body) as { type: string }).type]).toEqual([
        400,
        '/problems/insecure-connection',
      ]);
      expect(login.cookies).toEqual([]);
    },
  );

  it("the tunnel's cookie is not read for another host of the port", async () => {
    const cookie = cookieOf(await logsIn('localhost:9000'));

    expect(await overview('ops.shop.example', cookie)).toBe(401);
  });

  it("the main port neither reads nor sets the tunnel's cookie, for any host", async () => {
    const cookie = cookieOf(await logsIn('localhost:9000'));
    const me = await send(main, 'GET', '/api/auth/me', { Host: 'localhost', Cookie: cookie });
    const basket = await send(main, 'GET', '/api/basket', { Host: 'localhost', Cookie: cookie });
    const login = await logsIn('localhost:3000', main);

    expect(me.status).toBe(401);
    expect(JSON.parse(basket.body)).toMatchObject({ owner: 'guest' });
    expect([login.status, login.cookies]).toEqual([400, []]);
  });

  it('a page of another site cannot write through the tunnel', async () => {
    const cookie = cookieOf(await logsIn('localhost:9000'));
    const headers = { Host: 'localhost:9000', Cookie: cookie, Origin: 'http://localhost:3000' };

    expect((await send(port, 'POST', '/api/admin/cleanup-runs', headers)).status).toBe(403);
  });

  it('the host that a trusted proxy names is used', async () => {
    const own = await freePort();
    await shop.instance({ ...PRODUCTION, OPERATIONS_PORT: own, TRUST_PROXY: 'loopback' });
    const headers = { 'X-Forwarded-Host': 'ops.shop.example', Host: `127.0.0.1:${own}` };
    const { email, password } = admin;
    const body = { email, password };
    const plain = await send(own, 'POST', '/api/auth/login', headers, body);
    const https = { ...headers, 'X-Forwarded-Proto': 'https' };
    const secure = await send(own, 'POST', '/api/auth/login', https, body);

    expect(plain.status).toBe(400);
    expect(secure.cookies).toEqual([expect.stringMatching(/^__Host-sid=.*; Secure; /)]);
  });

  it('pages require no https through a tunnel, and require it on other hosts', async () => {
    const [tunnel, other] = await Promise.all([
      send(port, 'GET', '/operations', { Host: 'localhost:9000', ...HTML }),
      send(port, 'GET', '/operations', { Host: 'ops.shop.example', ...HTML }),
    ]);

    expect(tunnel.headers['strict-transport-security']).toBeUndefined();
    expect(tunnel.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(other.headers['content-security-policy']).toContain('upgrade-insecure-requests');
  });

  it('the pages show no shop, and the first one leads to the operations', async () => {
    const page = (at: string, path: string) => send(at, 'GET', path, { Host: 'localhost:9000', ...HTML });
    const [home, index, operations, login] = await Promise.all(
      ['/', '/index.html', '/operations', '/login'].map((path) => page(port, path)),
    );
    const shopPage = await page(main, '/');

    for (const leading of [home, index]) {
      expect([leading?.status, leading?.headers.location]).toEqual([302, '/operations']);
    }
    expect(operations?.body).toContain('<title>Operations');
    expect(login?.body).toBe(operations?.body);
    expect(shopPage.body).toContain('tea shop');
    for (const path of ['/operations', '/operations.html', '/basket']) {
      expect((await page(main, path)).body).toBe(shopPage.body);
    }
  });

  it('a token of a login works, too', async () => {
    const login = JSON.parse((await logsIn('localhost:9000')).body) as LoginDto;
    const headers = { Host: 'ops.shop.example', Authorization: `Bearer ${login.accessToken}` };

    expect((await send(port, 'GET', '/api/admin/overview', headers)).status).toBe(200);
  });
});
