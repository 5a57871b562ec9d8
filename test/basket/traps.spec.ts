import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IsNull, Not } from 'typeorm';
import { Session } from '../../src/session/session.entity.js';
import { Shop } from '../support/shop.js';

/** Faults of other shops that this shop must avoid. Each test states the right behaviour. */
describe('the shop', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products CASCADE'));
  afterAll(() => shop.close());

  it('keeps the basket at login although login replaces the session', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const guest = shop.guest();
    await guest.adds(tea, 3);
    const before = guest.sessionId;

    await guest.logsInAs(ada);
    await shop.sql('UPDATE sessions SET expired_at = 0 WHERE id = $1', [before]);
    expect(await shop.removeExpired()).toMatchObject({ sessions: 1, baskets: 0 });

    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });
  });

  it('does not log in an attacker who planted the session id of the victim', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const attacker = shop.guest();
    await attacker.adds(tea);
    const victim = attacker.tab();

    await victim.logsInAs(ada);

    expect(victim.sessionId).not.toBe(attacker.sessionId);
    expect(await attacker.basket()).toMatchObject({ id: null, owner: 'guest', lines: [] });
    expect((await attacker.sends('GET', '/api/auth/me')).status).toBe(401);
  });

  it('refuses a bulk delete of sessions that would leave their baskets behind', async () => {
    const tea = await shop.product();
    await shop.guest().adds(tea);
    const sessions = shop.dataSource.getRepository(Session);

    await expect(sessions.delete({ basketId: Not(IsNull()) })).rejects.toThrow(
      'would leave their baskets behind',
    );
    await expect(sessions.createQueryBuilder().delete().execute()).rejects.toThrow('would leave');

    expect(await shop.count('sessions')).toBe(1);
    expect(await shop.count('baskets')).toBe(1);
  });

  it('creates neither a session nor a basket for a read', async () => {
    const bots = Array.from({ length: 50 }, () => shop.guest());

    const answers = await Promise.all(bots.map((bot) => bot.sends('GET', '/api/basket')));
    await Promise.all(bots.map((bot) => bot.sends('GET', '/api/products')));
    await Promise.all(bots.map((bot) => bot.sends('GET', '/api/auth/me')));

    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
    expect(await shop.count('sessions')).toBe(0);
    expect(await shop.count('baskets')).toBe(0);
  });

  it('creates one basket for parallel first adds of one session, and counts every parallel add', async () => {
    const [tea, cup] = [await shop.product(), await shop.product()];
    const guest = shop.guest();
    await guest.adds(cup);
    await guest.sends('DELETE', '/api/basket');
    const other = await shop.instance();

    await Promise.all(
      Array.from({ length: 40 }, (_, n) => guest.tab(n % 2 ? shop.url : other.url).adds(tea, 2)),
    );

    expect(await guest.quantities()).toEqual({ [tea.sku]: 80 });
    expect(await shop.count('baskets')).toBe(1);
    expect(await shop.orphans()).toBe(0);
  });

  it("keeps a guest's basket that was submitted or is being paid when the session is removed", async () => {
    const tea = await shop.product();
    const [paying, bought, gone] = [shop.guest(), shop.guest(), shop.guest()];
    const [{ id: frozen }, { id: submitted }] = [await paying.adds(tea), await bought.adds(tea)];
    await gone.adds(tea);
    await shop.sql(`UPDATE baskets SET status = 'frozen', frozen_at = now() WHERE id = $1`, [frozen]);
    await shop.sql(`UPDATE baskets SET status = 'submitted', submitted_at = now() WHERE id = $1`, [
      submitted,
    ]);
    await shop.expireAll();

    expect(await shop.removeExpired()).toMatchObject({ sessions: 3, baskets: 1 });

    expect(await shop.count('sessions')).toBe(0);
    expect(await shop.sql('SELECT id FROM baskets ORDER BY id')).toEqual([{ id: frozen }, { id: submitted }]);
    expect(await shop.count('basket_lines')).toBe(2);
  });

  it('keeps the basket of a visitor whose session the cleanup found expired, and which was then renewed', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    await shop.expire(guest);
    const request = shop.dataSource.createQueryRunner();
    await request.startTransaction();
    // A request holds the session while the cleanup runs, and then renews it.
    await request.query('SELECT FROM sessions WHERE id = $1 FOR UPDATE', [guest.sessionId]);
    expect(await shop.removeExpired()).toMatchObject({ sessions: 0, baskets: 0, stopReason: 'drained' });
    await request.query('UPDATE sessions SET expired_at = $2 WHERE id = $1', [
      guest.sessionId,
      Date.now() + 60_000,
    ]);
    await request.commitTransaction();
    await request.release();

    expect(await shop.removeExpired()).toMatchObject({ sessions: 0, baskets: 0 });
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
  });

  it('refuses a late request with the replaced cookie, and keeps the visitor logged in', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const guest = shop.guest();
    await guest.adds(tea);
    const late = guest.tab();
    await guest.logsInAs(ada);

    const refused = await late.triesToAdd(tea, 5);
    const read = await late.sends('GET', '/api/basket');
    const loggedOut = await late.sends('POST', '/api/auth/logout');

    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
    expect(read).toMatchObject({ status: 200, body: { id: null, lines: [] } });
    expect(loggedOut.status).toBe(204);
    expect([refused, read, loggedOut].flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
    expect(await shop.guestBaskets()).toBe(0);
  });
});
