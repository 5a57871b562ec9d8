import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostname } from 'node:os';
import { SessionCleanup } from '../../../src/session/cleanup/session-cleanup.service.js';
import { CleanupRuns } from '../../../src/session/cleanup/cleanup-runs.service.js';
import { SessionCounts } from '../../../src/session/cleanup/session-counts.service.js';
import { Shop } from '../../support/shop.js';
import { eventually } from '../../support/eventually.js';

describe('the scheduled cleanup', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it('records a run that fails half-way, with the count of removed sessions and the error', async () => {
    const tea = await shop.product();
    for (let n = 0; n < 6; n++) await shop.guest().adds(tea);
    await shop.expireAll();
    const cleanup = shop.app.get(SessionCleanup);
    const onProgress = () => {
      throw new Error('The plug was pulled.');
    };

    const run = shop.app.get(CleanupRuns).run('cli', { batchSize: 2, onProgress });

    await expect(run).rejects.toThrow('plug');
    expect((await shop.app.get(SessionCounts).countExpired()).count).toBe(4);
    expect(await shop.sql('SELECT * FROM cleanup_runs ORDER BY id DESC LIMIT 1')).toMatchObject([
      {
        sessions_removed: 2,
        baskets_removed: 2,
        stop_reason: 'failed',
        error: 'Error: The plug was pulled.',
      },
    ]);
    await cleanup.removeExpired();
  });

  it('makes one run at a time', async () => {
    const runs = shop.app.get(CleanupRuns);

    const both = await Promise.allSettled([runs.run('admin'), runs.run('admin')]);

    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(runs.isRunning).toBe(false);
  });

  it('keeps the records of 90 days', async () => {
    await shop.sql(`
      INSERT INTO cleanup_runs (trigger, host, started_at)
      VALUES ('cron', 'old', now() - interval '91 days'), ('cron', 'young', now() - interval '89 days')`);

    await shop.app.get(CleanupRuns).run('cli');

    expect(await shop.sql(`SELECT host FROM cleanup_runs WHERE host IN ('old', 'young')`)).toEqual([
      { host: 'young' },
    ]);
  });

  it('records a run that cannot start, with the error', async () => {
    await shop.sql('ALTER TABLE sessions RENAME TO elsewhere');
    const run = shop.app.get(CleanupRuns).run('cli');

    await expect(run).rejects.toThrow('"sessions" does not exist');
    await shop.sql('ALTER TABLE elsewhere RENAME TO sessions');

    const failed = await shop.sql(
      `SELECT * FROM cleanup_runs WHERE stop_reason = 'failed' ORDER BY id DESC LIMIT 1`,
    );
    expect(failed).toMatchObject([{ error: expect.stringContaining('does not exist') as unknown }]);
  });

  // Last: its instance runs the cleanup each second until the shop closes.
  it('removes expired sessions and records the run', async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    await shop.expireAll();
    await shop.instance({ CLEANUP_CRON: '* * * * * *' });

    await eventually(async () => (await shop.count('sessions')) === 0);

    expect(await shop.count('baskets')).toBe(0);
    await eventually(
      async () => (await shop.count('cleanup_runs', 'sessions_removed = 1 AND ended_at IS NOT NULL')) === 1,
    );
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
});
