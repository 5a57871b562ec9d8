import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UserService } from '../../../src/auth/user/user.service.js';
import type { Client } from '../../support/client.js';
import { RowLock, whileLocked } from '../../support/row-lock.js';
import { PASSWORD, Shop, type TestUser } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

const LIFETIME = 1_209_600_000;

describe('a user with many sessions', () => {
  let shop: Shop;
  let counted: Shop;
  let statements: StatementCounter;
  beforeAll(async () => {
    shop = await Shop.open({ SESSIONS_PER_USER: '1000000' });
    statements = await StatementCounter.before(shop.databaseUrl);
    counted = await shop.instance({ DATABASE_URL: statements.url, SESSIONS_PER_USER: '1000000' });
  });
  afterAll(async () => {
    await shop.close();
    await statements.close();
  });

  /**
   * Adds sessions of a user that were created `ago` seconds ago and last used `usedAgo` seconds
   * ago, or never for null.
   */
  const addSessions = (user: TestUser, count: number, ago = 60, usedAgo: number | null = null, prefix = '') =>
    shop.sql(
      `INSERT INTO sessions (id, user_id, created_at, expired_at)
       SELECT $5 || gen_random_uuid(), $1, to_timestamp($3::float8 / 1000), $4 FROM generate_series(1, $2::int)`,
      [user.id, count, Date.now() - ago * 1_000, Date.now() - (usedAgo ?? ago) * 1_000 + LIFETIME, prefix],
    );
  const sessionsOf = ({ id }: TestUser) => shop.count('sessions', `user_id = '${id}'`);
  const change = { currentPassword: PASSWORD, newPassword: 'another horse battery' };

  it.each<[string, number, number, (client: Client, user: TestUser) => Promise<{ status: number }>]>([
    ['logs out everywhere', 204, 0, (client) => client.sends('POST', '/api/auth/logout-everywhere')],
    ['changes the password', 204, 1, (client) => client.sends('PUT', '/api/auth/password', change)],
    ['is erased', 204, 0, (client) => client.sends('DELETE', '/api/auth/me')],
    [
      'becomes an admin',
      0,
      0,
      async (_, { email }) => {
        await counted.app.get(UserService).createAdmin(email, PASSWORD);
        return { status: 0 };
      },
    ],
  ])('%s with as many statements as for two sessions', async (_, status, left, act) => {
    const [ada, bob] = [await shop.user(), await shop.user()];
    const [few, many] = [counted.guest(), counted.guest()];
    await few.logsInAs(ada);
    await many.logsInAs(bob);
    await addSessions(ada, 1);
    await addSessions(bob, 5_000);

    const fewStatements = await statements.during(async () =>
      expect((await act(few, ada)).status).toBe(status),
    );
    const manyStatements = await statements.during(async () =>
      expect((await act(many, bob)).status).toBe(status),
    );

    expect(manyStatements.length).toBe(fewStatements.length);
    expect([await sessionsOf(ada), await sessionsOf(bob)]).toEqual([left, left]);
  });

  it('logs out everywhere while one of the sessions is being renewed', async () => {
    const ada = await shop.user();
    const client = shop.guest();
    await client.logsInAs(ada);
    await addSessions(ada, 1);

    const [answer] = await whileLocked(
      shop,
      [
        'UPDATE sessions SET expired_at = expired_at + 1 WHERE user_id = $1 AND id <> $2',
        [ada.id, client.sessionId],
      ],
      () => [client.sends('POST', '/api/auth/logout-everywhere')],
    );

    expect(answer?.status).toBe(204);
    expect(await sessionsOf(ada)).toBe(0);
  });

  describe('at the limit SESSIONS_PER_USER', () => {
    let limited: Shop;
    beforeAll(async () => {
      limited = await shop.instance({ SESSIONS_PER_USER: '5' });
    });

    const ids = async ({ id }: TestUser) => {
      const rows = await shop.sql<{ id: string }>(
        'SELECT left(id, 4) AS id FROM sessions WHERE user_id = $1',
        [id],
      );
      return rows.map((row) => row.id).sort();
    };
    const logsIn = async (user: TestUser) => {
      const client = limited.guest();
      await client.logsInAs(user);
      return client;
    };

    it('keeps the new session, and loses first those never used, then the least recently used', async () => {
      const [ada, bob] = [await shop.user(), await shop.user()];
      await addSessions(bob, 20);
      await addSessions(ada, 1, 9_000, 8_000, 'old-');
      await addSessions(ada, 1, 9_000, 10, 'now-');
      await addSessions(ada, 3, 20, null, 'new-');
      await addSessions(ada, 2, 9_000, 1_000, 'mid-');

      const first = await logsIn(ada);
      expect(await ids(ada)).toEqual([first.sessionId?.slice(0, 4), 'mid-', 'mid-', 'now-', 'old-'].sort());
      const second = await logsIn(ada);

      expect(await ids(ada)).toEqual([second.sessionId?.slice(0, 4), 'mid-', 'mid-', 'now-', 'old-'].sort());
      expect((await first.sends('GET', '/api/auth/me')).status).toBe(401);
      expect((await second.sends('GET', '/api/auth/me')).status).toBe(200);
      await addSessions(ada, 1, 9_000, 1, 'just');
      const third = await logsIn(ada);
      expect(await ids(ada)).toEqual([third.sessionId?.slice(0, 4), 'mid-', 'mid-', 'now-', 'just'].sort());
      expect(await sessionsOf(bob)).toBe(20);
    });

    it('loses expired sessions before all others', async () => {
      const ada = await shop.user();
      await addSessions(ada, 3, 9_000_000, 8_000_000, 'gone');
      await addSessions(ada, 4, 20, null, 'new-');

      const client = await logsIn(ada);

      expect(await ids(ada)).toEqual(
        [client.sessionId?.slice(0, 4), ...Array<string>(4).fill('new-')].sort(),
      );
    });

    it('loses thousands of sessions in batches', async () => {
      const ada = await shop.user();
      await addSessions(ada, 6_000);

      await logsIn(ada);

      expect(await sessionsOf(ada)).toBe(5);
    });

    it('logs in while another connection locks a session to remove, and the next login removes it', async () => {
      const ada = await shop.user();
      await addSessions(ada, 6);
      const held = await RowLock.hold(shop, 'SELECT FROM sessions WHERE user_id = $1 FOR UPDATE', [ada.id]);

      await logsIn(ada);

      expect(await sessionsOf(ada)).toBe(7);
      await held.release();
      await logsIn(ada);
      expect(await sessionsOf(ada)).toBe(5);
    });

    it('logs in when the removal fails, and the next login repeats it', async () => {
      const ada = await shop.user();
      await addSessions(ada, 6);
      await shop.sql(`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
        CREATE TRIGGER refuse BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()`);

      const client = await logsIn(ada);

      expect((await client.sends('GET', '/api/auth/me')).status).toBe(200);
      expect(await sessionsOf(ada)).toBe(7);
      await shop.sql('DROP TRIGGER refuse ON sessions; DROP FUNCTION refuse');
      await logsIn(ada);
      expect(await sessionsOf(ada)).toBe(5);
    });

    it('has no more than the limit after many parallel logins', async () => {
      const ada = await shop.user();

      await Promise.all(Array.from({ length: 12 }, () => logsIn(ada)));

      expect(await sessionsOf(ada)).toBe(5);
    });
  });
});
