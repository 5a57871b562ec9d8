import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import { PASSWORD, Shop } from '../support/shop.js';

const SECRET = 'for development only, never in production';

describe('an attacker with a session cookie', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const signed = (id: string, secret = SECRET) => {
    const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
    return `sid=${encodeURIComponent(`s:${id}.${signature}`)}`;
  };

  it('cannot choose a session id: the server creates another one', async () => {
    const id = randomBytes(32).toString('base64url');
    const forged = shop.guest().carries(signed(id));

    expect(await forged.basket()).toMatchObject({ id: null, lines: [] });
    await forged.adds(await shop.product());

    expect(forged.sessionId).not.toBe(id);
    expect(await shop.count('sessions', `id = '${id}'`)).toBe(0);
  });

  it("gets an empty guest's basket for forged, unsigned, truncated and malformed cookies", async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    const cookie = String(guest.carriedCookie);
    const id = String(guest.sessionId);
    const forgeries = [
      signed(id, 'another secret'),
      `sid=${id}`,
      `sid=s:${id}`,
      `sid=${encodeURIComponent(`s:${id}.`)}`,
      cookie.slice(0, -3),
      cookie.slice(0, 20),
      `sid=${encodeURIComponent(`s:${id.slice(0, -1)}`)}`,
      'sid=',
      'sid=%00',
      'sid=%ff',
      `sid=j:{"a":1}`,
      `sid=${'x'.repeat(4_000)}`,
      `sid=${encodeURIComponent(`s:' OR 1=1 --.x`)}`,
    ];

    for (const forgery of forgeries) {
      const answer = await shop.guest().carries(forgery).sends('GET', '/api/basket');
      expect([forgery, answer.status]).toEqual([forgery, 200]);
      expect(answer.body).toMatchObject({ id: null, lines: [] });
    }
  });

  it('cannot use the id that a victim had before logging in (session fixation)', async () => {
    const victim = shop.guest();
    await victim.adds(await shop.product());
    const planted = victim.tab();

    await victim.logsInAs(await shop.user());

    expect((await planted.sends('GET', '/api/auth/me')).status).toBe(401);
    expect(await planted.basket()).toMatchObject({ id: null });
    expect(victim.sessionId).not.toBe(planted.sessionId);
  });

  it('cannot use a session after a logout, here or everywhere', async () => {
    const ada = await shop.user();
    const [here, there] = [shop.guest(), shop.guest()];
    await here.logsInAs(ada);
    const { accessToken } = await there.logsInAs(ada);
    const bob = shop.guest();
    await bob.logsInAs(await shop.user());
    const stolen = [here.tab(), there.tab()];

    expect((await here.sends('POST', '/api/auth/logout-everywhere')).status).toBe(204);

    expect(here.carriedCookie).toBeUndefined();
    for (const client of stolen) expect((await client.sends('GET', '/api/auth/me')).status).toBe(401);
    const bearer = { Authorization: `Bearer ${accessToken}` };
    expect((await shop.guest().sends('GET', '/api/auth/me', undefined, bearer)).status).toBe(401);
    expect((await bob.sends('GET', '/api/auth/me')).status).toBe(200);
    expect(await shop.count('sessions', `user_id = '${ada.id}'`)).toBe(0);
    expect((await shop.guest().sends('POST', '/api/auth/logout-everywhere')).status).toBe(401);
  });

  it('cannot use a session that a password change has ended', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 2]] });
    const [own, other] = [shop.guest(), shop.guest()];
    await own.logsInAs(ada);
    const { accessToken } = await other.logsInAs(ada);
    const [stolen, before] = [other.tab(), own.sessionId];
    const change = (client = own, currentPassword = PASSWORD, newPassword = 'another horse battery') =>
      client.sends('PUT', '/api/auth/password', { currentPassword, newPassword });

    expect((await change(own, 'wrong horse battery')).status).toBe(401);
    expect((await change(own, PASSWORD, 'password123')).status).toBe(400);
    expect((await stolen.sends('GET', '/api/auth/me')).status).toBe(200);
    expect((await change()).status).toBe(204);

    expect((await stolen.sends('GET', '/api/auth/me')).status).toBe(401);
    const bearer = { Authorization: `Bearer ${accessToken}` };
    expect((await shop.guest().sends('GET', '/api/auth/me', undefined, bearer)).status).toBe(401);
    expect(own.sessionId).not.toBe(before);
    expect(await own.quantities()).toEqual({ [tea.sku]: 2 });
    const { email } = ada;
    const logIn = (password: string) => shop.guest().sends('POST', '/api/auth/login', { email, password });
    expect((await logIn(PASSWORD)).status).toBe(401);
    expect((await logIn('another horse battery')).status).toBe(200);
    expect((await change(shop.guest())).status).toBe(401);
  });

  it('changes the password only once with two parallel requests', async () => {
    const ada = await shop.user();
    const [one, two] = [shop.guest(), shop.guest()];
    await one.logsInAs(ada);
    await two.logsInAs(ada);

    const answers = await Promise.all(
      [one, two].map((client, n) =>
        client.sends('PUT', '/api/auth/password', {
          currentPassword: PASSWORD,
          newPassword: `horse battery ${n}`,
        }),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 401]);
    expect(await shop.count('sessions', `user_id = '${ada.id}' AND replaced_at IS NULL`)).toBe(1);
  });

  it('can use a cookie while its secret is accepted, and not after the secret was removed', async () => {
    const old = 'the secret of last year which is long enough';
    const before = await shop.instance({ SESSION_SECRET: old });
    const during = await shop.instance({
      SESSION_SECRET: `the secret of this year which is long enough,${old}`,
    });
    const after = await shop.instance({ SESSION_SECRET: 'the secret of this year which is long enough' });
    const tea = await shop.product();
    const guest = before.guest();
    await guest.adds(tea);

    expect(await guest.tab(during.url).quantities()).toEqual({ [tea.sku]: 1 });
    expect(await guest.tab(after.url).quantities()).toEqual({});
  });
});
