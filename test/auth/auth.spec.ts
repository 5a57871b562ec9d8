import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import { hash } from '@node-rs/argon2';
import { randomUUID } from 'node:crypto';
import type { AccessTokenDto } from '../../src/auth/login/login.dto.js';
import { PASSWORD, Shop } from '../support/shop.js';

describe('users', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const newEmail = () => `${randomUUID()}@example.com`;
  const me = (token: string) =>
    shop.guest().sends('GET', '/api/auth/me', undefined, { Authorization: `Bearer ${token}` });

  describe('register', () => {
    it('with email, password and name, without creating a session', async () => {
      const email = newEmail();
      const answer = await shop.guest().sends('POST', '/api/auth/register', {
        email: email.toUpperCase(),
        password: PASSWORD,
        displayName: 'Ada',
      });

      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: expect.any(String) as unknown,
        email,
        displayName: 'Ada',
        role: 'customer',
        createdAt: expect.any(String) as unknown,
      });
      expect(answer.headers.getSetCookie()).toEqual([]);
      const [stored] = await shop.sql<{ password_hash: string }>('SELECT * FROM users WHERE email = $1', [
        email,
      ]);
      expect(stored).toMatchObject({ display_name: 'Ada', role: 'customer' });
      expect(stored?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    });

    it('once per email, in any spelling, also in parallel', async () => {
      const email = newEmail();
      const register = (typed: string) =>
        shop.guest().sends('POST', '/api/auth/register', { email: typed, password: PASSWORD });

      const answers = await Promise.all([register(email), register(email.toUpperCase()), register(email)]);

      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
        type: '/problems/email-taken',
      });
      expect(await shop.count('users', `email = '${email}'`)).toBe(1);
    });

    it.each([
      ['email', { email: 'not an address', password: PASSWORD }],
      ['email', { password: PASSWORD }],
      ['password', { email: 'a@example.com', password: '1234567' }],
      ['password', { email: 'a@example.com', password: 'x'.repeat(257) }],
      ['password', { email: 'a@example.com', password: 12345678 }],
      ['displayName', { email: 'a@example.com', password: PASSWORD, displayName: 'x\0' }],
      ['role', { email: 'a@example.com', password: PASSWORD, role: 'admin' }],
    ])('but not with an invalid %s: %j', async (field, body) => {
      const answer = await shop.guest().sends('POST', '/api/auth/register', body);

      expect(answer).toMatchObject({
        status: 400,
        body: { type: '/problems/invalid-input', errors: [{ field }] },
      });
      expect(await shop.count('users', `email = 'a@example.com'`)).toBe(0);
    });
  });

  describe('log in', () => {
    it('and get a new session and an access token', async () => {
      const ada = await shop.user();
      const client = shop.guest();

      const login = await client.logsInAs({ ...ada, email: ada.email.toUpperCase() });

      expect(login).toMatchObject({
        tokenType: 'Bearer',
        expiresIn: 900,
        user: { id: ada.id, email: ada.email },
      });
      expect(await shop.sql('SELECT user_id FROM sessions WHERE id = $1', [client.sessionId])).toEqual([
        { user_id: ada.id },
      ]);
      expect(await client.sends('GET', '/api/auth/me')).toMatchObject({ status: 200, body: { id: ada.id } });
      expect(await me(login.accessToken)).toMatchObject({ status: 200, body: { id: ada.id } });
    });

    it('only with the right password; a wrong one and an unknown email get the same answer', async () => {
      const ada = await shop.user();
      const tries = [
        { email: ada.email, password: 'wrong password' },
        { email: newEmail(), password: PASSWORD },
      ];

      const answers = await Promise.all(
        tries.map((body) => shop.guest().sends('POST', '/api/auth/login', body)),
      );

      for (const { status, body, headers } of answers) {
        expect(status).toBe(401);
        expect(body).toMatchObject({ type: '/problems/invalid-credentials' });
        expect(headers.getSetCookie()).toEqual([]);
      }
      expect(await shop.count('sessions', `user_id = '${ada.id}'`)).toBe(0);
    });

    it('and a hash with weaker parameters is replaced by a stronger one', async () => {
      const ada = await shop.user();
      const weak = await hash(PASSWORD, { memoryCost: 4_096, timeCost: 1, parallelism: 1 });
      await shop.sql('UPDATE users SET password_hash = $2 WHERE id = $1', [ada.id, weak]);
      const stored = () => shop.sql('SELECT password_hash FROM users WHERE id = $1', [ada.id]);

      await shop.guest().logsInAs(ada);
      const renewed = await stored();
      await shop.guest().logsInAs(ada);

      expect(renewed).toEqual([{ password_hash: expect.stringContaining('$m=19456,t=2,p=1$') as unknown }]);
      expect(await stored()).toEqual(renewed);
    });

    it('again with the cookie of a replaced session, as without a cookie', async () => {
      const ada = await shop.user();
      const guest = shop.guest();
      await guest.adds(await shop.product());
      const late = guest.tab();
      await guest.logsInAs(ada);

      expect((await late.logsInAs(ada)).basket.outcome).toBe('none');

      expect(await late.basket()).toEqual(await guest.basket());
    });

    it('and the previous session becomes an empty tombstone, which the cleanup removes after a minute', async () => {
      const ada = await shop.user();
      const guest = shop.guest();
      await guest.adds(await shop.product());
      const before = guest.sessionId;

      await guest.logsInAs(ada);

      const [tombstone] = await shop.sql<{ expired_at: string; replaced_at: Date }>(
        'SELECT * FROM sessions WHERE id = $1',
        [before],
      );
      expect(tombstone).toMatchObject({ json: '{}', basket_id: null, user_id: null });
      const left = Number(tombstone?.expired_at) - Date.now();
      expect(left).toBeGreaterThan(50_000);
      expect(left).toBeLessThanOrEqual(60_000);
      await shop.sql('UPDATE sessions SET expired_at = expired_at - 61000 WHERE id = $1', [before]);
      await shop.removeExpired();
      expect(await shop.count('sessions', `id = '${before}'`)).toBe(0);
    });
  });

  describe('log out', () => {
    it('and the session and its cookie are removed; a second logout succeeds too', async () => {
      const tea = await shop.product();
      const ada = await shop.user({ basket: [[tea, 2]] });
      const client = shop.guest();
      await client.logsInAs(ada);
      const stolen = client.tab();
      const sessions = await shop.count('sessions');

      await client.logsOut();

      expect(client.carriedCookie).toBeUndefined();
      expect(await shop.count('sessions')).toBe(sessions - 1);
      expect((await stolen.sends('GET', '/api/auth/me')).status).toBe(401);
      await client.logsOut();
      await stolen.logsOut();
      expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
    });

    it('as a guest, and the basket is removed with the session', async () => {
      const guest = shop.guest();
      const { id } = await guest.adds(await shop.product());

      await guest.logsOut();

      expect(await shop.count('baskets', `id = '${id}'`)).toBe(0);
    });
  });

  it('refresh their access token from the session', async () => {
    const ada = await shop.user();
    const client = shop.guest();
    await client.logsInAs(ada);

    const { status, body } = await client.sends<AccessTokenDto>('POST', '/api/auth/refresh');

    expect(status).toBe(200);
    expect(await me(body.accessToken)).toMatchObject({ status: 200, body: { id: ada.id } });
    const refused = await shop.guest().sends('POST', '/api/auth/refresh');
    expect(refused).toMatchObject({ status: 401, body: { type: '/problems/login-required' } });
  });

  describe('with an access token', () => {
    const claims = { issuer: 'basketkeeper', audience: 'basketkeeper-api', expiresIn: 60 };
    const secret = 'for development only, never in production';
    const sign = (sub: string, options = {}) =>
      new JwtService({ secret }).sign({ sub }, { ...claims, ...options });

    it('are identified when we issued the token', async () => {
      const ada = await shop.user();

      expect(await me(sign(ada.id))).toMatchObject({ status: 200, body: { id: ada.id } });
    });

    it('are refused when the token is invalid, and never treated as a guest', async () => {
      const ada = await shop.user();
      await shop.sql('UPDATE users SET tokens_valid_after = now() WHERE id = $1', [(await shop.user()).id]);
      const [header, payload] = sign(ada.id).split('.');
      const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
      const tokens = {
        'of somebody who is gone': sign(randomUUID()),
        expired: sign(ada.id, { expiresIn: -1 }),
        'with another key': sign(ada.id, { secret: 'another' }),
        'of another issuer': sign(ada.id, { issuer: 'somebody' }),
        'for another audience': sign(ada.id, { audience: 'somebody' }),
        'with another algorithm': sign(ada.id, { algorithm: 'HS512' }),
        'without an algorithm': `${none}.${payload}.`,
        tampered: `${header}.${payload}.${'A'.repeat(43)}`,
        empty: '',
        garbage: 'x',
      };

      for (const [what, token] of Object.entries(tokens)) {
        const headers = { Authorization: `Bearer ${token}` };
        const answer = await shop.guest().sends('GET', '/api/basket', undefined, headers);
        expect([what, answer.status, (answer.body as { type: string }).type]).toEqual([
          what,
          401,
          '/problems/invalid-token',
        ]);
      }
    });

    it('are refused when they ended the token, and accepted with a later one', async () => {
      const ada = await shop.user();
      const token = sign(ada.id);
      await shop.sql(`UPDATE users SET tokens_valid_after = now() + interval '1 s' WHERE id = $1`, [ada.id]);
      expect((await me(token)).status).toBe(401);

      await shop.sql(`UPDATE users SET tokens_valid_after = now() - interval '1 s' WHERE id = $1`, [ada.id]);
      const { accessToken } = await shop.guest().logsInAs(ada);
      expect((await me(accessToken)).status).toBe(200);
    });

    it('can log in, register and log out even when the token is invalid', async () => {
      const ada = await shop.user();
      const headers = { Authorization: 'Bearer x' };
      const { email, password } = ada;

      const answers = await Promise.all([
        shop.guest().sends('POST', '/api/auth/login', { email, password }, headers),
        shop.guest().sends('POST', '/api/auth/register', { email: newEmail(), password }, headers),
        shop.guest().sends('POST', '/api/auth/logout', undefined, headers),
        shop.guest().sends('GET', '/api/products', undefined, headers),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([200, 201, 204, 200]);
    });
  });
});
