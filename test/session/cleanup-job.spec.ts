import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostname } from 'node:os';
import { CleanupRuns } from '../../src/session/cleanup-runs.service.js';
import { Shop } from '../support/shop.js';
import { eventually } from '../support/eventually.js';

describe('the cleanup on schedule', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it('removes what has expired and keeps a record of the run', async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    await shop.expireAll();
    await shop.instance({ CLEANUP_CRON: '* * * * * *' });

    await eventually(async () => (await shop.count('sessions')) === 0);

    expect(await shop.count('baskets')).toBe(0);
    await eventually(async () => (await shop.count('cleanup_runs', 'sessions_removed = 1')) === 1);
    expect(await shop.sql('SELECT * FROM cleanup_runs WHERE sessions_removed = 1')).toMatchObject([
      {
        trigger: 'cron',
        host: hostname(),
        baskets_removed: 1,
        sessions_left: 0,
        stop_reason: 'drained',
        error: null,
      },
    ]);
  });

  it('records a run that failed, with the error', async () => {
    await shop.sql('ALTER TABLE sessions RENAME TO elsewhere');
    const run = shop.app.get(CleanupRuns).run('cli');

    await expect(run).rejects.toThrow('"sessions" does not exist');
    await shop.sql('ALTER TABLE elsewhere RENAME TO sessions');

    const failed = await shop.sql(
      `SELECT * FROM cleanup_runs WHERE stop_reason = 'failed' AND trigger = 'cli'`,
    );
    expect(failed).toMatchObject([{ error: expect.stringContaining('does not exist') as unknown }]);
  });
});
