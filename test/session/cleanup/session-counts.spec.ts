import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SessionCounts } from '../../../src/session/cleanup/session-counts.service.js';
import { Shop } from '../../support/shop.js';

describe('the counts of sessions', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets CASCADE'));
  afterAll(() => shop.close());

  const insert = (count: number, expiry: string) =>
    shop.sql(
      `INSERT INTO sessions (id, expired_at) SELECT $2 || n, ${expiry} FROM generate_series(1, $1) n`,
      [count, expiry],
    );

  it('are exact for few sessions', async () => {
    const [guest, user] = [shop.guest(), shop.guest()];
    await guest.adds(await shop.product());
    await user.logsInAs(await shop.user());
    await insert(3, '1000 * n');
    const counts = shop.app.get(SessionCounts);

    expect(await counts.countActive()).toEqual({ count: 2, guestBaskets: 1 });
    expect(await counts.countExpired()).toMatchObject({ count: 3, oldestExpiredAt: new Date(1_000) });
    await shop.sql('DELETE FROM sessions WHERE expired_at <= 3000');
    expect(await counts.countExpired()).toEqual({ count: 0, oldestExpiredAt: null, oldestSeconds: 0 });
  });

  it('are estimated within bounds for many sessions', async () => {
    await insert(150_000, '1000 * n');
    await insert(120_000, '4102444800000 + n');
    await shop.sql('ANALYZE sessions');
    const counts = shop.app.get(SessionCounts);

    const [expired, active] = [await counts.countExpired(), await counts.countActive()];

    expect(expired.oldestExpiredAt).toEqual(new Date(1_000));
    expect(Math.abs(expired.count / 150_000 - 1)).toBeLessThan(0.2);
    expect(Math.abs(active.count / 120_000 - 1)).toBeLessThan(0.2);
    expect(active.guestBaskets).toBeLessThan(2_000);
  });
});
