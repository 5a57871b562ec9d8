import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { promisify } from 'node:util';
import { Session } from '../../../src/session/session.entity.js';
import { SessionStore } from '../../../src/session/store/session.store.js';
import { Shop } from '../../support/shop.js';

describe('the removal of a session', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ CLEANUP_BATCH_SIZE: '4' });
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products, cleanup_runs CASCADE'));
  afterAll(() => shop.close());

  it('deletes the open basket of its guest with all lines, and keeps all other baskets', async () => {
    const [tea, cup] = [await shop.product(), await shop.product()];
    const [expired, active] = [shop.guest(), shop.guest()];
    const ada = await shop.user({ basket: [[tea, 2]] });
    await expired.adds(tea, 2);
    await expired.adds(cup);
    await active.adds(tea, 3);
    await shop.expire(expired);

    expect(await shop.removeExpired()).toEqual({
      sessions: 1,
      baskets: 1,
      failures: 0,
      stopReason: 'drained',
    });

    expect(await active.quantities()).toEqual({ [tea.sku]: 3 });
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
    expect(await shop.count('basket_lines')).toBe(2);
    expect(await expired.basket()).toMatchObject({ id: null, lines: [] });
  });

  it('keeps the basket of a user whose session has expired', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 2]] });
    await shop.expireAll();

    expect(await shop.removeExpired()).toMatchObject({ sessions: 1, baskets: 0 });

    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });

  it('continues through all batches, also when all sessions have the same expiry', async () => {
    const tea = await shop.product();
    for (let n = 0; n < 11; n++) await shop.guest().adds(tea);
    await shop.sql('UPDATE sessions SET expired_at = 1');

    expect(await shop.removeExpired()).toMatchObject({ sessions: 11, baskets: 11, stopReason: 'drained' });

    expect(await shop.count('baskets')).toBe(0);
  });

  it('happens once when two instances run in parallel', async () => {
    const tea = await shop.product();
    await Promise.all(Array.from({ length: 30 }, () => shop.guest().adds(tea)));
    await shop.expireAll();
    const other = await shop.instance();

    const reports = await Promise.all([shop.removeExpired(), other.removeExpired()]);

    expect(reports.reduce((sum, { sessions }) => sum + sessions, 0)).toBe(30);
    expect(reports.reduce((sum, { baskets }) => sum + baskets, 0)).toBe(30);
    expect(await shop.count('baskets')).toBe(0);
  });

  it('skips a session that cannot be removed, and removes the others', async () => {
    const tea = await shop.product();
    const guests = Array.from({ length: 9 }, () => shop.guest());
    for (const guest of guests) await guest.adds(tea);
    const stuck = guests[5];
    await shop.expireAll();
    await shop.sql(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''stuck''; END';
      CREATE TRIGGER refuse BEFORE DELETE ON sessions FOR EACH ROW
      WHEN (OLD.id = '${stuck?.sessionId}') EXECUTE FUNCTION refuse()`);

    const report = await shop.removeExpired();
    await shop.sql('DROP FUNCTION refuse CASCADE');

    expect(report).toEqual({ sessions: 8, baskets: 8, failures: 1, stopReason: 'drained' });
    expect(await shop.sql('SELECT id FROM sessions')).toEqual([{ id: stuck?.sessionId }]);
    expect(await shop.orphans()).toBe(0);
  });

  it('stops between two batches when it is told to, and when its time is spent', async () => {
    const tea = await shop.product();
    for (let n = 0; n < 5; n++) await shop.guest().adds(tea);
    await shop.expireAll();

    expect(await shop.removeExpired({ signal: AbortSignal.abort() })).toMatchObject({
      stopReason: 'interrupted',
    });
    expect(await shop.removeExpired({ budgetSeconds: -1 })).toMatchObject({
      sessions: 0,
      stopReason: 'budget',
    });
    expect(await shop.count('sessions')).toBe(5);
  });

  it('as entities by other code deletes their baskets, even one created after the sessions were loaded', async () => {
    const tea = await shop.product();
    const guests = [shop.guest(), shop.guest(), shop.guest()] as const;
    for (const guest of guests) await guest.adds(tea);
    await guests[1].sends('DELETE', '/api/basket');
    const sessions = shop.dataSource.getRepository(Session);
    const loaded = await Promise.all(
      guests.slice(0, 2).map(({ sessionId }) => sessions.findOneByOrFail({ id: String(sessionId) })),
    );
    await guests[1].adds(tea);

    await sessions.remove(loaded);

    expect(await shop.count('baskets')).toBe(1);
    expect(await guests[2].quantities()).toEqual({ [tea.sku]: 1 });
    expect(await shop.orphans()).toBe(0);
  });

  it('keeps the baskets when it is rolled back, also for later work on the same connection', async () => {
    const tea = await shop.product();
    const [kept, removed] = [shop.guest(), shop.guest()];
    await kept.adds(tea);
    await removed.adds(tea);
    const runner = shop.dataSource.createQueryRunner();
    const find = (id: string | undefined) => runner.manager.findOneByOrFail(Session, { id: String(id) });

    await runner.startTransaction();
    await runner.manager.remove(await find(kept.sessionId));
    await runner.rollbackTransaction();
    await runner.manager.remove(await find(removed.sessionId));
    await runner.release();

    expect(await kept.quantities()).toEqual({ [tea.sku]: 1 });
    expect(await shop.count('baskets')).toBe(1);
  });

  it('by express-session deletes its basket', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);

    await promisify(shop.app.get(SessionStore).destroy)(String(guest.sessionId));

    expect(await shop.count('sessions')).toBe(0);
    expect(await shop.count('baskets')).toBe(0);
  });
});
