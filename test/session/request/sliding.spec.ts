import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { Client } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('a session over HTTP', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ SESSION_SECRET: 'new secret,old secret', SESSION_TOUCH_SECONDS: '300' });
  });
  afterAll(() => shop.close());

  const row = async ({ sessionId }: Client) => {
    const [found] = await shop.sql<{ expired_at: string; xmin: string }>(
      'SELECT expired_at, xmin::text FROM sessions WHERE id = $1',
      [sessionId],
    );
    return { expiredAt: Number(found?.expired_at), writtenBy: found?.xmin };
  };
  const guestWithBasket = async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    return guest;
  };

  it('has a cookie for its absolute lifetime that scripts cannot read and other sites cannot use', async () => {
    const tea = await shop.product();
    const { headers } = await shop.guest().triesToAdd(tea);

    const [cookie = '', ...others] = headers.getSetCookie();
    expect(others).toEqual([]);
    expect(cookie).toMatch(
      /^sid=s%3A[\w-]{43}\.[^;]+; Max-Age=\d+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
    const seconds = (Date.parse(/Expires=([^;]+)/.exec(cookie)?.[1] ?? '') - Date.now()) / 1_000;
    expect(seconds).toBeGreaterThan(7_776_000 - 60);
  });

  it('sets its cookie once', async () => {
    const guest = await guestWithBasket();
    await shop.sql('UPDATE sessions SET expired_at = expired_at - 400000');

    expect((await guest.sends('GET', '/api/basket')).headers.getSetCookie()).toEqual([]);
    expect((await guest.triesToAdd(await shop.product())).headers.getSetCookie()).toEqual([]);
  });

  it('is extended by use, and written only when that moves its expiry by more than SESSION_TOUCH_SECONDS', async () => {
    const guest = await guestWithBasket();
    const created = await row(guest);

    await guest.basket();
    expect(await row(guest)).toEqual(created);

    await shop.sql('UPDATE sessions SET expired_at = expired_at - 301000 WHERE id = $1', [guest.sessionId]);
    const { expiresAt } = await guest.basket();
    const renewed = await row(guest);
    expect(renewed.expiredAt).toBeGreaterThanOrEqual(created.expiredAt);
    expect(Date.parse(String(expiresAt))).toBe(renewed.expiredAt);

    await guest.basket();
    expect(await row(guest)).toEqual(renewed);
  });

  it('can last for two seconds, and is extended then as well', async () => {
    const short = await shop.instance({ SESSION_TTL_SECONDS: '2' });
    const guest = short.guest();
    await guest.adds(await shop.product());
    await shop.sql('UPDATE sessions SET expired_at = expired_at - 300 WHERE id = $1', [guest.sessionId]);
    const before = await row(guest);

    await guest.basket();

    const after = await row(guest);
    expect(after.expiredAt).toBeGreaterThan(before.expiredAt);
    expect(after.expiredAt - Date.now()).toBeLessThanOrEqual(2_000);
  });

  it('is refused when it has expired, and the visitor gets another id', async () => {
    const guest = await guestWithBasket();
    const before = guest.sessionId;
    await shop.expire(guest);

    expect(await guest.basket()).toMatchObject({ id: null });
    await guest.adds(await shop.product());

    expect(guest.sessionId).not.toBe(before);
    expect((await guest.basket()).lines).toHaveLength(1);
  });

  it.each(['unsigned', 'signed with another secret', 'truncated', 'never made'])(
    'with an id that is %s is not accepted',
    async (kind) => {
      const guest = await guestWithBasket();
      const id = String(guest.sessionId);
      const sign = (value: string, secret: string) =>
        `sid=${encodeURIComponent(`s:${value}.${createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '')}`)}`;
      const cookies: Record<string, string> = {
        unsigned: `sid=${id}`,
        'signed with another secret': sign(id, 'wrong'),
        truncated: String(guest.carriedCookie).slice(0, -3),
        'never made': sign('a'.repeat(43), 'new secret'),
      };
      const forger = shop.guest().carries(cookies[kind]);

      expect(await forger.basket()).toMatchObject({ id: null });
      await forger.adds(await shop.product());
      expect(forger.sessionId).not.toBe(id);
      expect(forger.sessionId).not.toBe('a'.repeat(43));
    },
  );

  it('is found by a cookie that an older secret signed', async () => {
    const guest = await guestWithBasket();
    const before = await shop.instance({ SESSION_SECRET: 'old secret' });
    const old = before.guest();
    const tea = await shop.product();
    await old.adds(tea, 2);

    expect(await old.tab(shop.url).quantities()).toEqual({ [tea.sku]: 2 });
    expect(await guest.tab(before.url).basket()).toMatchObject({ id: null });
  });

  it('is not created on an insecure connection when its cookie must be secure', async () => {
    const secrets = { SESSION_SECRET: 's'.repeat(32), JWT_SECRET: 'j'.repeat(32) };
    const production = await shop.instance({ NODE_ENV: 'production', ...secrets });
    const behindProxy = await shop.instance({ NODE_ENV: 'production', TRUST_PROXY: 'loopback', ...secrets });
    const tea = await shop.product();
    const ada = await shop.user();
    const before = await shop.count('sessions');
    const body = { sku: tea.sku, quantity: 1 };
    const https = { 'X-Forwarded-Proto': 'https' };

    const refused = await production.guest().sends('POST', '/api/basket/lines', body, https);
    const login = await production
      .guest()
      .sends('POST', '/api/auth/login', { email: ada.email, password: ada.password });
    expect(refused).toMatchObject({ status: 400, body: { type: '/problems/insecure-connection' } });
    expect(JSON.stringify(refused.body)).toContain('TRUST_PROXY');
    expect(login).toMatchObject({ status: 400, body: { type: '/problems/insecure-connection' } });
    expect(await shop.count('sessions')).toBe(before);

    const accepted = await behindProxy.guest().sends('POST', '/api/basket/lines', body, https);
    expect(accepted.status).toBe(201);
    expect(accepted.headers.getSetCookie()[0]).toMatch(/^__Host-sid=.*; HttpOnly; Secure; SameSite=Lax$/);
  });
});
