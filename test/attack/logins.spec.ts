import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { rateLimitSubnet } from '../../src/http/request/rate-limit-subnet.js';
import type { Client } from '../support/client.js';
import { PASSWORD, Shop } from '../support/shop.js';

describe('the login limit', () => {
  let shop: Shop;
  let other: Shop;
  beforeAll(async () => {
    // X-Forwarded-For tells where the tests' requests come from.
    const settings = { RATE_LIMIT_LOGIN: '5', TRUST_PROXY: 'loopback' };
    shop = await Shop.open(settings);
    other = await shop.instance(settings);
  });
  beforeEach(() => shop.sql('TRUNCATE login_attempts'));
  afterAll(() => shop.close());

  const logsIn = (email: string, password: string, address = '192.0.2.1', client: Client = shop.guest()) =>
    client.sends('POST', '/api/auth/login', { email, password }, { 'X-Forwarded-For': address });
  const statuses = async (answers: Promise<{ status: number }>[]) =>
    (await Promise.all(answers)).map(({ status }) => status).sort();
  const times = <T>(count: number, make: (n: number) => T) =>
    Array.from({ length: count }, (_, n) => make(n));

  it('applies to one user, also with parallel requests and on two instances', async () => {
    const { email } = await shop.user();

    const answers = await statuses(
      times(12, (n) => logsIn(email, 'wrong', '192.0.2.1', n % 2 ? shop.guest() : other.guest())),
    );

    expect(answers).toEqual([...times(5, () => 401), ...times(7, () => 429)]);
    const refused = await logsIn(email, PASSWORD);
    expect(refused).toMatchObject({ status: 429, body: { type: '/problems/too-many-logins' } });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    // An attacker cannot lock the user out on another network.
    expect((await logsIn(email, PASSWORD, '192.0.2.2')).status).toBe(200);
  });

  it('applies to one email address in different spellings', async () => {
    const { email } = await shop.user();
    await Promise.all(times(5, (n) => logsIn(n % 2 ? email.toUpperCase() : ` ${email}`, 'wrong')));

    expect((await logsIn(email, 'wrong')).status).toBe(429);
  });

  it('applies to many users from one address', async () => {
    const answers = await statuses(times(55, (n) => logsIn(`nobody-${n}@example.com`, 'wrong')));

    expect(answers.filter((status) => status === 401)).toHaveLength(50);
    expect(answers.filter((status) => status === 429)).toHaveLength(5);
    const ada = await shop.user();
    expect((await logsIn(ada.email, PASSWORD)).status).toBe(429);
    expect((await logsIn(ada.email, PASSWORD, '192.0.2.9')).status).toBe(200);
  });

  it('does not apply to right passwords in parallel, or to a few wrong ones', async () => {
    const { email } = await shop.user();
    await Promise.all(times(4, () => logsIn(email, 'wrong')));
    expect((await logsIn(email, PASSWORD)).status).toBe(200);
    await Promise.all(times(4, () => logsIn(email, 'wrong')));

    expect(await statuses(times(20, () => logsIn(email, PASSWORD)))).toEqual(times(20, () => 200));
    expect(await shop.count('login_attempts', `key LIKE 'pair%' AND points > 0`)).toBe(0);
  });

  it('ends after a minute', async () => {
    const { email } = await shop.user();
    await Promise.all(times(6, () => logsIn(email, 'wrong')));
    await shop.sql('UPDATE login_attempts SET expire = $1', [Date.now() - 1]);

    expect((await logsIn(email, PASSWORD)).status).toBe(200);
  });

  it('ends after a minute even when a wrong clock has set a later end', async () => {
    const { email } = await shop.user();
    await Promise.all(times(6, () => logsIn(email, 'wrong')));
    // Simulates an instance of the previous version whose clock is fifteen days ahead.
    await shop.sql('UPDATE login_attempts SET expire = expire + 1296000000');

    expect((await logsIn(email, PASSWORD)).status).toBe(200);
  });

  it("applies to guesses of a logged-in user's current password", async () => {
    const ada = await shop.user();
    const client = shop.guest();
    await client.logsInAs(ada);
    const change = () =>
      client.sends('PUT', '/api/auth/password', { currentPassword: 'wrong', newPassword: 'x'.repeat(9) });

    for (let n = 0; n < 5; n++) expect((await change()).status).toBe(401);
    expect((await change()).status).toBe(429);
  });

  it('stores no email address', async () => {
    const { email } = await shop.user();
    await logsIn(email, 'wrong');

    const rows = await shop.sql<{ key: string }>('SELECT key FROM login_attempts');
    // One row counts the pair of address and email, one the address, one the registrations of the
    // address.
    expect(rows.length).toBe(3);
    expect(JSON.stringify(rows)).not.toContain(email);
  });

  it('can be switched off', async () => {
    const open = await shop.instance({ RATE_LIMIT_LOGIN: 'off' });
    const { email } = await shop.user();

    const answers = await statuses(times(15, () => logsIn(email, 'wrong', '192.0.2.1', open.guest())));

    expect(answers).toEqual(times(15, () => 401));
  });

  it('applies to one user from many networks when the shop limits the failures per email', async () => {
    const strict = await shop.instance({ TRUST_PROXY: 'loopback', RATE_LIMIT_ACCOUNT: '3' });
    const [ada, bob] = [await shop.user(), await shop.user()];
    const tries = (email: string, password: string, n: number) =>
      logsIn(email, password, `198.51.100.${n}`, strict.guest());
    expect(
      await statuses([tries(ada.email, 'wrong', 1), tries(ada.email.toUpperCase(), 'wrong', 2)]),
    ).toEqual([401, 401]);

    // A success neither counts nor clears the count.
    expect(await statuses(times(5, (n) => tries(ada.email, PASSWORD, n)))).toEqual(times(5, () => 200));
    expect(await statuses(times(4, (n) => tries(ada.email, 'wrong', 10 + n)))).toEqual([401, 429, 429, 429]);

    const owner = await tries(ada.email, PASSWORD, 99);
    expect(owner).toMatchObject({ status: 429, body: { type: '/problems/too-many-logins' } });
    expect(Number(owner.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect((await tries(bob.email, PASSWORD, 99)).status).toBe(200);
    expect((await logsIn(ada.email, PASSWORD)).status).toBe(200);
    const rows = await shop.sql<{ key: string }>(`SELECT key FROM login_attempts WHERE key LIKE 'account%'`);
    expect(JSON.stringify(rows)).not.toContain(ada.email);
  });

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('counts a request from %s for %s', (address, network) => {
    expect(rateLimitSubnet(address)).toBe(network);
  });

  it.each(['password', 'Passw0rd', '12345678', 'QWERTYUIOP', 'ｐａｓｓｗｏｒｄ'])(
    'is backed by the registration, which refuses the common password %s',
    async (password) => {
      const body = { email: 'common@example.com', password };
      const answer = await shop.guest().sends('POST', '/api/auth/register', body);

      expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    },
  );
});
