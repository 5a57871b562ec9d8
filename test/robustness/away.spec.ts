import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryRunnerAlreadyReleasedError, QueryRunnerProviderAlreadyReleasedError } from 'typeorm';
import { HASHES_AT_ONCE } from '../../src/auth/password/password.service.js';
import { isDatabaseUnavailable } from '../../src/problem/database-unavailable.js';
import type { ProblemBody } from '../support/client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { RowLock } from '../support/row-lock.js';
import { Shop } from '../support/shop.js';

describe('a database', () => {
  let shop: Shop;
  let proxy: DatabaseProxy;
  let remote: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
    proxy = await DatabaseProxy.before(shop.databaseUrl);
    remote = await shop.instance({
      DATABASE_URL: proxy.url,
      DATABASE_POOL_SIZE: '2',
      CLEANUP_CRON: '* * * * * *',
    });
  });
  beforeEach(() => proxy.restore());
  afterAll(async () => {
    proxy.restore();
    await shop.close();
    await proxy.close();
  });

  const isReady = async () => (await remote.guest().sends('GET', '/api/health/ready')).status === 200;
  const expectUnavailable = ({
    status,
    body,
    headers,
  }: {
    status: number;
    body: ProblemBody;
    headers: Headers;
  }) => {
    expect([status, body.type]).toEqual([503, '/problems/database-unavailable']);
    expect(headers.get('retry-after')).toBe('2');
  };

  it('that restarts leaves the process alive, and sessions work again', async () => {
    const tea = await shop.product();
    const guest = remote.guest();
    await guest.adds(tea);

    for (let round = 0; round < 3; round++) {
      proxy.cut();
      expectUnavailable(await guest.triesToAdd(tea));
      proxy.restore();
      await eventually(isReady);
      await guest.adds(tea);
    }
    // A restart of the server ends connections like this.
    await shop.sql(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await eventually(isReady);

    await guest.adds(tea);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 5 });
  });

  it('that hangs lets requests end with 503 in time, and the pool recovers', async () => {
    const tea = await shop.product();
    // The adds of one guest would wait in the process, so these are three guests.
    const guests = [remote.guest(), remote.guest(), remote.guest()];
    for (const guest of guests) await guest.adds(tea);
    proxy.hang();

    const start = Date.now();
    const answers = await Promise.all(guests.map((guest) => guest.triesToAdd(tea)));
    const seconds = (Date.now() - start) / 1_000;
    for (const answer of answers) expectUnavailable(answer);
    expect(seconds).toBeLessThan(40);

    proxy.restore();
    await eventually(isReady, 30_000);
    for (const guest of guests) {
      expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
      await guest.adds(tea);
    }
  });

  it('with rows locked by another connection lets the write end with 503, and nothing is stored', async () => {
    const tea = await shop.product();
    const guest = remote.guest();
    await guest.adds(tea);
    const lock = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = $1 FOR UPDATE', [guest.sessionId]);

    expectUnavailable(await guest.triesToAdd(tea));
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });

    await lock.release();
    await guest.adds(tea);
  });

  it('locked for as many logins as may run in parallel lets other users log in', async () => {
    const [ada, bob] = [await shop.user(), await shop.user()];
    const lock = await RowLock.hold(shop, 'SELECT FROM users WHERE id = $1 FOR UPDATE', [ada.id]);
    const logins = Math.min(HASHES_AT_ONCE, 5);
    const waiting = Array.from({ length: logins }, () => shop.guest().logsInAs(ada));
    await eventually(async () => (await shop.countLocks('NOT granted')) >= logins);

    await shop.guest().logsInAs(bob);
    expect(await shop.countLocks('NOT granted')).toBeGreaterThanOrEqual(logins);

    await lock.release();
    await Promise.all(waiting);
  });

  it('without free connections lets a request wait, and end with 503 when none becomes free', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    const small = await shop.instance({ DATABASE_POOL_SIZE: '2' });
    const runners = [small.dataSource.createQueryRunner(), small.dataSource.createQueryRunner()] as const;
    await Promise.all(runners.map((runner) => runner.connect()));

    expectUnavailable(await guest.tab(small.url).triesToAdd(tea));
    const waiting = guest.tab(small.url).triesToAdd(tea);
    await sleep(200);
    await runners[0].release();

    expect((await waiting).status).toBe(201);
    await runners[1].release();
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
  });

  it.each([
    ...['ECONNREFUSED', 'ECONNRESET', 'ENETDOWN', '08006', '53100', '53200', '53300', '55P03', '55006'],
    ...[
      '57014',
      '57P01',
      '57P03',
      '57P04',
      '57P05',
      '58030',
      '25006',
      '25P03',
      '40001',
      '40P01',
      '3D000',
      '28P01',
    ],
  ])('counts as unavailable with the code %s', (code) => {
    expect(isDatabaseUnavailable(Object.assign(new Error('x'), { code }))).toBe(true);
    expect(
      isDatabaseUnavailable(
        Object.assign(new Error('x'), { driverError: Object.assign(new Error('y'), { code }) }),
      ),
    ).toBe(true);
  });

  it.each([
    new QueryRunnerAlreadyReleasedError(),
    new QueryRunnerProviderAlreadyReleasedError(),
    new Error('Client was closed and is not queryable'),
    new Error('Cannot use a pool after calling end on the pool'),
    new Error('timeout expired'),
    Object.assign(new Error('connect EMFILE'), { code: 'EMFILE', syscall: 'connect' }),
  ])('counts as unavailable with the error "%s"', (error) => {
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each(['23505', '22P02', '25P02', '42P01', 'XX000', 'EMFILE', 'ENOENT', '57'])(
    'counts as available with the code %s',
    (code) => {
      expect(isDatabaseUnavailable(Object.assign(new Error('x'), { code }))).toBe(false);
      expect(isDatabaseUnavailable(code)).toBe(false);
    },
  );

  it('that rolls back a transaction gets it again', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    // Fails twice with a serialization failure, and then no more.
    await shop.sql('CREATE SEQUENCE failures');
    await shop.sql(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF nextval('failures') <= 2 THEN RAISE 'busy' USING ERRCODE = '40001'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER fail BEFORE UPDATE ON baskets FOR EACH ROW EXECUTE FUNCTION fail()`);

    const { status } = await guest.triesToAdd(tea, 2);
    await shop.sql('DROP FUNCTION fail CASCADE');

    expect(status).toBe(201);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });
  });

  it('that rolls back every attempt makes the last one end with 503', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    await shop.sql(`
      CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE 'busy' USING ERRCODE = '40P01'; END $$;
      CREATE TRIGGER fail BEFORE UPDATE ON baskets FOR EACH ROW EXECUTE FUNCTION fail()`);

    const answer = await guest.triesToAdd(tea, 2);
    await shop.sql('DROP FUNCTION fail CASCADE');

    expectUnavailable(answer);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
  });
});
