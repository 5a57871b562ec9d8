import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from '@node-rs/argon2';
import type { AccessTokenDto } from '../../src/auth/login/login.dto.js';
import { AccessTokenService } from '../../src/auth/token/access-token.service.js';
import { UserService } from '../../src/auth/user/user.service.js';
import { RowLock, whileLocked } from '../support/row-lock.js';
import { PASSWORD, Shop, type TestUser } from '../support/shop.js';

const NEW_PASSWORD = 'another horse battery';

describe('with parallel requests of one user, the shop', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const lock = ({ id }: TestUser): [string, unknown[]] => [
    'SELECT FROM users WHERE id = $1 FOR UPDATE',
    [id],
  ];
  const logsIn = ({ email }: TestUser, password = PASSWORD) =>
    shop.guest().sends('POST', '/api/auth/login', { email, password });
  const me = (accessToken: string) =>
    shop.guest().sends('GET', '/api/auth/me', undefined, { Authorization: `Bearer ${accessToken}` });
  const sessionsOf = ({ id }: TestUser) => shop.count('sessions', `user_id = '${id}'`);
  const browserOf = async (user: TestUser) => {
    const client = shop.guest();
    const { accessToken } = await client.logsInAs(user);
    return { client, accessToken };
  };

  it('refuses a login when the password changes while it waits', async () => {
    const ada = await shop.user();
    const changed = await hash(NEW_PASSWORD);

    const [answer] = await whileLocked(
      shop,
      lock(ada),
      () => [logsIn(ada)],
      (held) => held.does('UPDATE users SET password_hash = $2 WHERE id = $1', [ada.id, changed]),
    );

    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/invalid-credentials' } });
    expect(answer?.headers.getSetCookie()).toEqual([]);
    expect(await sessionsOf(ada)).toBe(0);
  });

  it('refuses a login behind a password change over HTTP, and the change keeps one session', async () => {
    const ada = await shop.user();
    const { client } = await browserOf(ada);
    const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };
    const held = await RowLock.hold(shop, ...lock(ada));

    const changed = client.sends('PUT', '/api/auth/password', change);
    await held.isWaitedFor(1);
    const login = logsIn(ada);
    await held.isWaitedFor(2);
    await held.release();

    expect((await changed).status).toBe(204);
    expect((await login).status).toBe(401);
    expect(await sessionsOf(ada)).toBe(1);
    expect((await client.sends('GET', '/api/auth/me')).status).toBe(200);
  });

  it('allows a login while another login rehashes the same password', async () => {
    const ada = await shop.user();
    const rehashed = await hash(PASSWORD, { memoryCost: 20_000 });

    const [answer] = await whileLocked(
      shop,
      lock(ada),
      () => [logsIn(ada)],
      (held) => held.does('UPDATE users SET password_hash = $2 WHERE id = $1', [ada.id, rehashed]),
    );

    expect(answer?.status).toBe(200);
    expect(await sessionsOf(ada)).toBe(1);
  });

  it('allows a password change while a login rehashes the password', async () => {
    const ada = await shop.user();
    const { client } = await browserOf(ada);
    const rehashed = await hash(PASSWORD, { memoryCost: 20_000 });

    const [answer] = await whileLocked(
      shop,
      lock(ada),
      () => [
        client.sends('PUT', '/api/auth/password', { currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
      ],
      (held) => held.does('UPDATE users SET password_hash = $2 WHERE id = $1', [ada.id, rehashed]),
    );

    expect(answer?.status).toBe(204);
    expect((await logsIn(ada, NEW_PASSWORD)).status).toBe(200);
  });

  it('refuses a login like one with an unknown email when the user is erased meanwhile', async () => {
    const ada = await shop.user();

    const [answer] = await whileLocked(
      shop,
      lock(ada),
      () => [logsIn(ada)],
      (held) => held.does('DELETE FROM users WHERE id = $1', [ada.id]),
    );

    expect(answer).toMatchObject({ status: 401, body: { type: '/problems/invalid-credentials' } });
  });

  it('gives no token to a refresh behind logout everywhere', async () => {
    const ada = await shop.user();
    const { client, accessToken } = await browserOf(ada);
    // Placed behind logout everywhere, which waits for the session, not for the user.
    const held = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = $1 FOR KEY SHARE', [
      client.sessionId,
    ]);

    const out = client.tab().sends('POST', '/api/auth/logout-everywhere');
    await held.isWaitedFor(1);
    const refreshed = client.tab().sends<AccessTokenDto>('POST', '/api/auth/refresh');
    await held.isWaitedFor(2);
    await held.release();

    expect((await out).status).toBe(204);
    expect(await refreshed).toMatchObject({ status: 401, body: { type: '/problems/login-required' } });
    expect((await me(accessToken)).status).toBe(401);
  });

  it('gives an accepted token to a login behind logout everywhere', async () => {
    const ada = await shop.user();
    const raise = 'UPDATE users SET token_generation = token_generation + 1 WHERE id = $1';

    const [login] = await whileLocked(
      shop,
      lock(ada),
      () => [shop.guest().logsInAs(ada)],
      (held) => held.does(raise, [ada.id]),
    );

    expect((await me(login?.accessToken ?? '')).status).toBe(200);
  });

  it('ends the token of an earlier refresh when the user becomes an admin', async () => {
    const ada = await shop.user();
    const { client, accessToken } = await browserOf(ada);
    const grant = await shop.app.get(AccessTokenService).grantBySession(client.sessionId ?? '');

    await shop.app.get(UserService).createAdmin(ada.email, PASSWORD);

    expect(grant).not.toBeNull();
    expect((await me(accessToken)).status).toBe(401);
    if (grant) expect((await me(shop.app.get(AccessTokenService).issue(grant))).status).toBe(401);
    expect(await shop.app.get(AccessTokenService).grantBySession(client.sessionId ?? '')).toBeNull();
  });

  it.each<[string, string, string, unknown]>([
    ['a logout everywhere', 'POST', '/api/auth/logout-everywhere', undefined],
    ['an erasure', 'DELETE', '/api/auth/me', undefined],
    [
      'a password change',
      'PUT',
      '/api/auth/password',
      { currentPassword: PASSWORD, newPassword: NEW_PASSWORD },
    ],
  ])(
    'refuses %s when its session or token ends meanwhile, and changes nothing',
    async (_, method, path, body) => {
      const ada = await shop.user();
      const { client, accessToken } = await browserOf(ada);
      await browserOf(ada);
      const bearer = { Authorization: `Bearer ${accessToken}` };
      const stored = () => shop.sql('SELECT password_hash FROM users WHERE id = $1', [ada.id]);
      const before = await stored();

      const answers = await whileLocked(
        shop,
        lock(ada),
        () => [client.tab().sends(method, path, body), shop.guest().sends(method, path, body, bearer)],
        async (held) => {
          await held.does('DELETE FROM sessions WHERE id = $1', [client.sessionId]);
          await held.does('UPDATE users SET token_generation = token_generation + 1 WHERE id = $1', [ada.id]);
        },
      );

      expect(answers.map(({ status }) => status)).toEqual([401, 401]);
      expect(await stored()).toEqual(before);
      expect(await sessionsOf(ada)).toBe(1);
    },
  );
});
