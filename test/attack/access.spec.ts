import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import type { AccessTokenDto } from '../../src/auth/login/login.dto.js';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { freePort } from '../support/free-port.js';
import { Shop } from '../support/shop.js';

const CLAIMS = { issuer: 'basketkeeper', audience: 'basketkeeper-api', expiresIn: 60 };

describe('a client without permission', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const me = (token: string, at = shop) =>
    at.guest().sends('GET', '/api/auth/me', undefined, { Authorization: `Bearer ${token}` });

  it('cannot read or change the basket or order of another visitor by its id', async () => {
    const victim = shop.guest();
    const tea = await shop.product();
    await victim.logsInAs(await shop.user());
    await victim.adds(tea);
    const { body: order } = await victim.sends<BasketDto>('POST', '/api/basket/submit');
    const { id } = await victim.adds(tea);
    const mallory = shop.guest();
    await mallory.logsInAs(await shop.user());

    for (const path of [`/api/orders/${order.id}`, `/api/orders/${id}`, `/api/basket/${id}`]) {
      expect([path, (await mallory.sends('GET', path)).status]).toEqual([path, 404]);
    }
    for (const path of [`/api/admin/baskets/${id}/submit`, `/api/admin/baskets/${id}/thaw`]) {
      expect([path, (await mallory.sends('POST', path)).status]).toEqual([path, 403]);
    }
    expect(await mallory.sends('GET', '/api/orders')).toMatchObject({ body: { orders: [] } });
    expect(await victim.quantities()).toEqual({ [tea.sku]: 1 });
  });

  it('cannot become an admin by a request or by a token', async () => {
    const mallory = await shop.user();
    const secret = 'for development only, never in production';
    const token = new JwtService({ secret }).sign({ sub: mallory.id, role: 'admin' }, CLAIMS);
    const bearer = { Authorization: `Bearer ${token}` };

    expect((await shop.guest().sends('GET', '/api/admin/overview', undefined, bearer)).status).toBe(403);
    const body = { email: 'm@example.com', password: 'correct horse', role: 'admin' };
    expect((await shop.guest().sends('POST', '/api/auth/register', body)).status).toBe(400);
  });

  it('cannot use admin routes after losing the admin role', async () => {
    const admin = await shop.admin();
    expect((await admin.sends('GET', '/api/admin/overview')).status).toBe(200);

    await shop.sql(`UPDATE users SET role = 'customer'`);

    expect((await admin.sends('GET', '/api/admin/overview')).status).toBe(403);
  });

  it('can use tokens of an accepted key, but no token of another key, without an expiry, or of an unknown user', async () => {
    const [old, fresh] = [
      'the key of last year which is long enough',
      'the key of this year which is long enough',
    ];
    const ada = await shop.user();
    const tokenOf = async (at: Shop) => {
      const client = at.guest();
      await client.logsInAs(ada);
      return (await client.sends<AccessTokenDto>('POST', '/api/auth/refresh')).body.accessToken;
    };

    // Instances run one after the other: passport keeps one strategy per process, the last one.
    const oldToken = await tokenOf(await shop.instance({ JWT_SECRET: old }));
    const during = await shop.instance({ JWT_SECRET: `${fresh},${old}` });
    const newToken = await tokenOf(during);
    expect((await me(oldToken, during)).status).toBe(200);
    expect((await me(newToken, during)).status).toBe(200);

    const after = await shop.instance({ JWT_SECRET: fresh });
    expect((await me(newToken, after)).status).toBe(200);
    expect((await me(oldToken, after)).status).toBe(401);
    const sign = (options: object) =>
      new JwtService({ secret: fresh }).sign({ sub: ada.id }, { ...CLAIMS, ...options });
    expect((await me(sign({ keyid: 'unknown' }), after)).status).toBe(401);
    expect((await me(sign({ keyid: '../../etc/passwd' }), after)).status).toBe(401);
    const endless = new JwtService({ secret: fresh }).sign(
      { sub: ada.id },
      { issuer: CLAIMS.issuer, audience: CLAIMS.audience },
    );
    expect((await me(endless, after)).status).toBe(401);
    const nobody = new JwtService({ secret: fresh }).sign({ sub: 'x' }, CLAIMS);
    expect((await me(nobody, after)).status).toBe(401);
  });

  it('cannot reach admin routes and metrics on the public port when they have their own port', async () => {
    const port = await freePort();
    const divided = await shop.instance({ OPERATIONS_PORT: port });
    const inside = `http://127.0.0.1:${port}`;
    const status = async (url: string) => (await fetch(url)).status;

    expect(await status(`${divided.url}/metrics`)).toBe(404);
    expect(await status(`${divided.url}/api/admin/overview`)).toBe(404);
    expect(await status(`${divided.url}/API/ADMIN/overview`)).toBe(404);
    expect(await status(`${divided.url}/api/products`)).toBe(200);
    expect(await status(`${inside}/metrics`)).toBe(200);
    expect(await status(`${inside}/api/admin/overview`)).toBe(401);
    expect(await status(`${inside}/api/health/ready`)).toBe(200);
    expect(await status(`${inside}/api/products`)).toBe(404);
    expect(await status(`${inside}/api/auth/register`)).toBe(404);
    expect(await status(`${inside}/api/basket`)).toBe(200);
    expect((await fetch(`${inside}/`, { headers: { Accept: 'text/html' } })).status).toBe(200);
    expect(await status(`${divided.url}/`)).toBe(200);
  });
});
