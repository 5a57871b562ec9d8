import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LoginDto } from '../../src/auth/login/login.dto.js';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

const PARTNER = 'https://partner.example';
const FROM_PARTNER = { Origin: PARTNER, 'Sec-Fetch-Site': 'cross-site' };

/**
 * A page on another site whose origin is allowed. Because of SameSite=Lax, the browser neither
 * sends nor stores the session cookie for it.
 */
describe('a page of another site whose origin is allowed', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ ALLOWED_ORIGINS: PARTNER });
  });
  afterAll(() => shop.close());

  const logsIn = async (browser = shop.guest()) => {
    const { email, password } = await shop.user();
    return browser.sends<LoginDto>('POST', '/api/auth/login', { email, password }, FROM_PARTNER);
  };

  it.each([
    ['POST', '/api/basket/lines'],
    ['PUT', '/api/basket/lines/x'],
    ['DELETE', '/api/basket'],
    ['POST', '/api/basket/submit'],
    ['POST', '/api/auth/logout'],
    ['POST', '/api/auth/refresh'],
    ['PUT', '/api/auth/password'],
    ['DELETE', '/api/auth/me'],
    ['POST', '/api/admin/cleanup-runs'],
  ])(
    'is told that the cookie does not reach the shop, and what to use instead: %s %s',
    async (method, path) => {
      const sessions = await shop.count('sessions');

      const answer = await shop.guest().sends<ProblemBody>(method, path, undefined, FROM_PARTNER);

      expect([answer.status, answer.body.type]).toEqual([403, '/problems/cross-site-cookie']);
      expect(answer.body.detail).toMatch(/from one site.*\/api\/auth\/login.*Bearer/);
      // CORS lets the page read the answer.
      expect(answer.headers.get('access-control-allow-origin')).toBe(PARTNER);
      expect(await shop.count('sessions')).toBe(sessions);
    },
  );

  it('registers a user, and a login gives it a token without a session', async () => {
    const body = { email: 'cross@example.com', password: 'correct horse battery' };

    const registration = await shop.guest().sends('POST', '/api/auth/register', body, FROM_PARTNER);
    const login = await shop.guest().sends<LoginDto>('POST', '/api/auth/login', body, FROM_PARTNER);

    expect([registration.status, login.status]).toEqual([201, 200]);
    expect(login.headers.getSetCookie()).toEqual([]);
    expect(login.body).toMatchObject({ tokenType: 'Bearer', basket: { outcome: 'none', lines: [] } });
    expect(await shop.count('sessions', `user_id = '${login.body.user.id}'`)).toBe(0);
  });

  it('writes with that token, and creates no session', async () => {
    const { body } = await logsIn();
    const sessions = await shop.count('sessions');
    const headers = { ...FROM_PARTNER, Authorization: `Bearer ${body.accessToken}` };
    const line = { sku: (await shop.product()).sku, quantity: 2 };
    const change = { currentPassword: 'correct horse battery', newPassword: 'a better horse' };

    const added = await shop.guest().sends<BasketDto>('POST', '/api/basket/lines', line, headers);
    const changed = await shop.guest().sends('PUT', '/api/auth/password', change, headers);

    expect(added).toMatchObject({ status: 201, body: { owner: 'user', totals: { quantity: 2 } } });
    expect(changed.status).toBe(204);
    expect([...added.headers.getSetCookie(), ...changed.headers.getSetCookie()]).toEqual([]);
    expect(await shop.count('sessions')).toBe(sessions);
  });

  it('does not change the basket of a guest whose cookie arrives with its login', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea, 3);
    const cookie = guest.carriedCookie;

    const login = await logsIn(guest);

    expect(login).toMatchObject({ status: 200, body: { basket: { outcome: 'none' } } });
    expect(guest.carriedCookie).toBe(cookie);
    expect(await guest.basket()).toMatchObject({ owner: 'guest', totals: { quantity: 3 } });
  });

  it('reads public data, and an empty basket', async () => {
    const products = await shop.guest().sends('GET', '/api/products', undefined, FROM_PARTNER);
    const basket = await shop.guest().sends('GET', '/api/basket', undefined, FROM_PARTNER);

    expect([products.status, basket.status]).toEqual([200, 200]);
    expect(basket.body).toMatchObject({ id: null, owner: 'guest' });
  });

  it('can read every error response of a guard', async () => {
    for (const path of ['/api/basket/', '/api/none']) {
      const { status, headers } = await shop.guest().sends('GET', path, undefined, FROM_PARTNER);
      expect([status, headers.get('access-control-allow-origin')]).toEqual([404, PARTNER]);
    }
  });

  it('can use the cookie when it is on the same site, on another subdomain', async () => {
    const neighbour = shop.guest();
    const headers = { Origin: PARTNER, 'Sec-Fetch-Site': 'same-site' };
    const line = { sku: (await shop.product()).sku, quantity: 1 };

    const first = await neighbour.sends('POST', '/api/basket/lines', line, headers);
    const second = await neighbour.sends('POST', '/api/basket/lines', line, headers);

    expect(first.headers.getSetCookie()).toHaveLength(1);
    expect(second).toMatchObject({ status: 201, body: { totals: { quantity: 2 } } });
  });
});
