import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JwtService } from '@nestjs/jwt';
import type { AccessTokenDto } from '../../../src/auth/login/login.dto.js';
import { Shop, type TestUser } from '../../support/shop.js';

describe('an access token', () => {
  let shop: Shop;
  let ada: TestUser;
  beforeAll(async () => {
    shop = await Shop.open();
    ada = await shop.user();
  });
  afterAll(() => shop.close());

  const secret = 'for development only, never in production';
  const claims = { issuer: 'basketkeeper', audience: 'basketkeeper-api' };
  const jwt = new JwtService({ secret });
  const now = () => Date.now() / 1_000;
  const me = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}` };
    return (await shop.guest().sends('GET', '/api/auth/me', undefined, headers)).status;
  };
  const refresh = async () => {
    const client = shop.guest();
    await client.logsInAs(ada);
    return (await client.sends<AccessTokenDto>('POST', '/api/auth/refresh')).body.accessToken;
  };
  const generation = async () => {
    const [row] = await shop.sql<{ token_generation: number }>(
      'SELECT token_generation FROM users WHERE id = $1',
      [ada.id],
    );
    return row?.token_generation ?? NaN;
  };

  it("states its generation, and its times by the database's clock", async () => {
    const { accessToken } = await shop.guest().logsInAs(ada);

    for (const token of [accessToken, await refresh()]) {
      const { gen, iat, exp } = jwt.decode<{ gen: number; iat: number; exp: number }>(token);
      const [row] = await shop.sql<{ now: number }>('SELECT extract(epoch FROM now())::float8 AS now');
      expect(gen).toBe(await generation());
      expect(exp - iat).toBeCloseTo(900, 3);
      expect(iat).toBeLessThanOrEqual(row?.now ?? 0);
      expect(iat).toBeGreaterThan((row?.now ?? 0) - 60);
    }
  });

  it('is refused when its generation has ended or is missing, whatever its times say', async () => {
    const sign = (gen: unknown, iat = now() + 3_600) =>
      jwt.sign({ sub: ada.id, gen, iat, exp: now() + 60 }, claims);
    const current = await generation();

    expect(await me(sign(current, 0))).toBe(200);
    for (const gen of [current - 1, current + 1, String(current), null]) {
      expect([gen, await me(sign(gen))]).toEqual([gen, 401]);
    }
  });

  it('expires by the clock of the database', async () => {
    const sign = (exp: unknown) => jwt.sign({ sub: ada.id, gen: 0, iat: 0, exp }, claims);
    const [row] = await shop.sql<{ now: number }>('SELECT extract(epoch FROM now())::float8 AS now');
    const before = Date.now;
    try {
      Date.now = () => before() + 15 * 86_400_000;
      expect(await me(sign((row?.now ?? 0) + 60))).toBe(200);
      const { accessToken } = await shop.guest().logsInAs(ada);
      expect(jwt.decode<{ exp: number }>(accessToken).exp).toBeLessThan((row?.now ?? 0) + 960);
      Date.now = () => before() - 15 * 86_400_000;
      expect(await me(sign((row?.now ?? 0) - 1))).toBe(401);
    } finally {
      Date.now = before;
    }
  });

  it('is accepted when refreshed after logout everywhere in the same second, and refused when refreshed before', async () => {
    for (let round = 0; round < 3; round++) {
      const client = shop.guest();
      await client.logsInAs(ada);
      const early = (await client.sends<AccessTokenDto>('POST', '/api/auth/refresh')).body.accessToken;
      await client.sends('POST', '/api/auth/logout-everywhere');
      const late = await refresh();

      expect([await me(early), await me(late)]).toEqual([401, 200]);
    }
  });

  it('of this version ends when an instance of the previous version ends tokens by time alone', async () => {
    const token = await refresh();
    const before = await generation();
    await shop.sql('UPDATE users SET display_name = $2 WHERE id = $1', [ada.id, 'Ada']);
    expect(await me(token)).toBe(200);

    await shop.sql('UPDATE users SET tokens_valid_after = now() WHERE id = $1', [ada.id]);

    expect(await generation()).toBe(before + 1);
    expect(await me(token)).toBe(401);
  });

  it('of the previous version is accepted until this version ends tokens', async () => {
    const old = () => jwt.sign({ sub: ada.id, iat: now(), exp: now() + 60 }, claims);
    const token = old();
    expect(await me(token)).toBe(200);
    const client = shop.guest();
    await client.logsInAs(ada);
    const before = await generation();

    await client.sends('POST', '/api/auth/logout-everywhere');

    expect(await generation()).toBe(before + 1);
    expect(await me(token)).toBe(401);
    expect(await me(old())).toBe(200);
    const [row] = await shop.sql<{ is: boolean }>(
      `SELECT tokens_valid_after > now() - interval '1 minute' AS is FROM users WHERE id = $1`,
      [ada.id],
    );
    expect(row?.is).toBe(true);
  });

  it('of this version is accepted by the rule of the previous version', async () => {
    const client = shop.guest();
    await client.logsInAs(ada);
    await client.sends('POST', '/api/auth/logout-everywhere');
    const { iat } = jwt.decode<{ iat: number }>(await refresh());

    const [row] = await shop.sql<{ tokens_valid_after: Date }>(
      'SELECT tokens_valid_after FROM users WHERE id = $1',
      [ada.id],
    );
    expect(iat * 1_000).toBeGreaterThanOrEqual(Number(row?.tokens_valid_after));
  });
});
