import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { promisify } from 'node:util';
import session, { type SessionData } from 'express-session';
import { SessionStore } from '../../../src/session/store/session.store.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

/** Each test covers a fault of connect-typeorm's own store. */
describe('the session store', () => {
  let shop: Shop;
  let store: SessionStore;
  let statements: StatementCounter;
  beforeAll(async () => {
    shop = await Shop.open();
    statements = await StatementCounter.before(shop.databaseUrl);
    const counted = await shop.instance({
      DATABASE_URL: statements.url,
      SESSION_TTL_SECONDS: '1000',
      SESSION_MAX_SECONDS: '2000',
      SESSION_TOUCH_SECONDS: '50',
    });
    store = counted.app.get(SessionStore);
  });
  beforeEach(() => shop.sql('TRUNCATE sessions CASCADE'));
  afterAll(async () => {
    await shop.close();
    await statements.close();
  });

  const does = (action: 'set' | 'touch', id: string, data: object) =>
    promisify(store[action])(id, data as SessionData);
  const get = (id: string) => promisify(store.get)(id);
  const destroy = (id: string) => promisify(store.destroy)(id);
  const fresh = (extra = {}) => ({ cookie: new session.Cookie(), ...extra });
  const loaded = async (id: string): Promise<Record<string, unknown>> => {
    const found = await get(id);
    if (!found) throw new Error(`no session ${id}`);
    return found as object as Record<string, unknown>;
  };
  const expiry = async (id: string): Promise<number> => {
    const [row] = await shop.sql<{ expired_at: string }>('SELECT expired_at FROM sessions WHERE id = $1', [
      id,
    ]);
    return Number(row?.expired_at);
  };

  it('calls back after a destroy only when it is done', async () => {
    await does('set', 'one', fresh());

    await destroy('one');

    expect(await shop.count('sessions')).toBe(0);
  });

  it('reports a failed destroy to the callback, and the process continues', async () => {
    const away = await shop.instance();
    const broken = away.app.get(SessionStore);
    await away.dataSource.destroy();

    const errors = await Promise.all(
      (['get', 'destroy'] as const).map(
        (action) => new Promise((resolve) => broken[action]('one', (error?: unknown) => resolve(error))),
      ),
    );

    expect(errors).toEqual([expect.any(Error), expect.any(Error)]);
    await away.dataSource.initialize();
  });

  it('calls back once after a touch, and writes only when the expiry moves far enough', async () => {
    await does('set', 'one', fresh());
    const data = await loaded('one');
    const before = await expiry('one');
    let calls = 0;

    const written = await statements.during(async () => {
      await new Promise<void>((resolve) => store.touch('one', data as never, () => resolve(void calls++)));
      await does('touch', 'one', data);
    });

    expect(written).toEqual([]);
    expect(calls).toBe(1);
    expect(await expiry('one')).toBe(before);

    await shop.sql('UPDATE sessions SET expired_at = expired_at - 51000');
    const stale = await loaded('one');
    expect(await statements.during(() => does('touch', 'one', stale))).toHaveLength(1);
    expect(await statements.during(() => does('touch', 'one', stale))).toEqual([]);
    expect(await expiry('one')).toBeGreaterThanOrEqual(before);
  });

  it('writes with one statement, and not at all when nothing changed', async () => {
    expect(await statements.during(() => does('set', 'one', fresh()))).toHaveLength(1);
    const data = await loaded('one');

    expect(await statements.during(() => does('set', 'one', data))).toEqual([]);
    data.colour = 'green';
    expect(await statements.during(() => does('set', 'one', data))).toHaveLength(1);
    expect(await statements.during(() => loaded('one'))).toHaveLength(1);
    expect(await loaded('one')).toMatchObject({ colour: 'green' });
  });

  it('inserts the same new session twice in parallel without an error', async () => {
    await Promise.all([does('set', 'one', fresh()), does('set', 'one', fresh())]);

    expect(await shop.count('sessions')).toBe(1);
  });

  it('does not restore a destroyed session', async () => {
    await does('set', 'one', fresh());
    const data = await loaded('one');
    await destroy('one');

    data.colour = 'green';
    await does('set', 'one', data);
    await does('touch', 'one', data);

    expect(await get('one')).toBeNull();
    expect(await shop.count('sessions')).toBe(0);
  });

  it('does not restore a tombstone', async () => {
    await does('set', 'one', fresh());
    const before = await loaded('one');
    await shop.sql(`UPDATE sessions SET replaced_at = now(), json = '{}', expired_at = $1`, [
      Date.now() + 1_000,
    ]);
    const tombstone = await loaded('one');
    const row = await shop.sql('SELECT * FROM sessions');

    for (const data of [before, tombstone]) {
      data.colour = 'green';
      await does('set', 'one', data);
      await does('touch', 'one', data);
    }

    expect(await shop.sql('SELECT * FROM sessions')).toEqual(row);
  });

  it('does not find a session whose idle or absolute lifetime has ended', async () => {
    await does('set', 'idle', fresh());
    await does('set', 'old', fresh());
    await shop.sql(`UPDATE sessions SET expired_at = $1 WHERE id = 'idle'`, [Date.now()]);
    await shop.sql(`UPDATE sessions SET created_at = now() - interval '2001 s' WHERE id = 'old'`);

    expect(await get('idle')).toBeNull();
    expect(await get('old')).toBeNull();
  });

  it('never moves the expiry beyond the absolute lifetime', async () => {
    await does('set', 'one', fresh());
    await shop.sql(`UPDATE sessions SET created_at = now() - interval '1900 s', expired_at = $1`, [
      Date.now() + 10_000,
    ]);

    await does('touch', 'one', await loaded('one'));

    const left = (await expiry('one')) - Date.now();
    expect(left).toBeGreaterThan(90_000);
    expect(left).toBeLessThanOrEqual(100_000);
  });

  it('lists sessions as connect-typeorm does', async () => {
    await does('set', 'one', fresh({ colour: 'green' }));

    const all: unknown = await promisify(store.all)();

    expect(all).toMatchObject([{ id: 'one', colour: 'green' }]);
  });
});
