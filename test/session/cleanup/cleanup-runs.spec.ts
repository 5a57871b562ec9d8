import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CleanupRunPageDto } from '../../../src/admin/cleanup-run.dto.js';
import { CleanupRunStore } from '../../../src/session/cleanup/cleanup-run.store.js';
import { CleanupRuns } from '../../../src/session/cleanup/cleanup-runs.service.js';
import { eventually } from '../../support/eventually.js';
import { Program } from '../../support/program.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';

describe('the record of a run', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, cleanup_runs CASCADE'));
  afterAll(() => shop.close());

  const insert = (host: string, started: string, seen: string | null) =>
    shop.sql(
      `INSERT INTO cleanup_runs (trigger, host, started_at, last_seen_at)
       VALUES ('cron', $1, now() - $2::interval, now() - $3::interval)`,
      [host, started, seen],
    );
  const rowOf = async (host: string) => {
    const [row] = await shop.sql<Record<string, unknown>>('SELECT * FROM cleanup_runs WHERE host = $1', [
      host,
    ]);
    return row;
  };
  /** Locks the sessions, so that no run can remove any. */
  const holdingSessions = async <T>(work: () => Promise<T>): Promise<T> => {
    const lock = await RowLock.hold(shop, 'LOCK TABLE sessions IN EXCLUSIVE MODE');
    try {
      return await work();
    } finally {
      await lock.release();
    }
  };

  it('is closed as failed by the next run when its process gave no sign of life for five minutes', async () => {
    await insert('killed', '1 hour', '6 minutes');

    await shop.app.get(CleanupRuns).run('cli');

    const row = await rowOf('killed');
    expect(row).toMatchObject({
      stop_reason: 'failed',
      error: expect.stringContaining('no sign of life') as unknown,
    });
    expect(row?.ended_at).toEqual(row?.last_seen_at);
  });

  it('stays open while its process is alive, also when it runs the previous version', async () => {
    await insert('alive', '10 hours', '4 minutes');
    await insert('old version', '10 hours', null);
    await insert('old version, long gone', '25 hours', null);

    await shop.app.get(CleanupRuns).run('cli');

    expect(await shop.sql(`SELECT host FROM cleanup_runs WHERE ended_at IS NULL ORDER BY host`)).toEqual([
      { host: 'alive' },
      { host: 'old version' },
    ]);
  });

  it('does not stop the next run when a hanging process holds its lock', async () => {
    await insert('hangs', '1 hour', '6 minutes');
    const lock = await RowLock.hold(shop, 'SELECT FROM cleanup_runs FOR UPDATE');

    await shop.app.get(CleanupRuns).run('cli');

    await lock.release();
    expect(await rowOf('hangs')).toMatchObject({ ended_at: null });
  });

  it('is updated during a long batch, and opened again when it was closed by mistake', async () => {
    Object.assign(shop.app.get(CleanupRunStore), { heartbeatMilliseconds: 20 });
    const started = await holdingSessions(async () => {
      const run = await shop.app.get(CleanupRuns).start('admin');
      await shop.sql(`
        UPDATE cleanup_runs SET last_seen_at = now() - interval '1 hour', ended_at = now(), stop_reason = 'failed', error = 'x'`);
      await eventually(
        async () =>
          (await shop.count(
            'cleanup_runs',
            `last_seen_at > now() - interval '1 minute' AND ended_at IS NULL`,
          )) === 1,
      );
      return run;
    });

    await eventually(() => Promise.resolve(!shop.app.get(CleanupRuns).isRunning));

    expect(
      await shop.sql('SELECT id, stop_reason, error, ended_at > started_at AS has_ended FROM cleanup_runs'),
    ).toEqual([{ id: started.id, stop_reason: 'drained', error: null, has_ended: true }]);
  });

  it('has its real end when it was closed by mistake meanwhile', async () => {
    Object.assign(shop.app.get(CleanupRunStore), { heartbeatMilliseconds: 30_000 });
    await holdingSessions(async () => {
      await shop.app.get(CleanupRuns).start('admin');
      await shop.sql(`
        UPDATE cleanup_runs SET ended_at = now() - interval '1 hour', stop_reason = 'failed', error = 'x'`);
    });

    await eventually(() => Promise.resolve(!shop.app.get(CleanupRuns).isRunning));

    expect(
      await shop.sql('SELECT stop_reason, error, ended_at > started_at AS has_ended FROM cleanup_runs'),
    ).toEqual([{ stop_reason: 'drained', error: null, has_ended: true }]);
  });

  it('stays open for a killed process, marked as unseen, until the next run closes it', async () => {
    const admin = await shop.admin();
    const list = async () =>
      (await admin.sends<CleanupRunPageDto>('GET', '/api/admin/cleanup-runs')).body.runs.at(-1);
    await holdingSessions(async () => {
      const program = Program.run('cli', ['sessions:clear'], { DATABASE_URL: shop.databaseUrl });
      await eventually(async () => (await shop.count('cleanup_runs')) === 1).finally(() =>
        program.stops('SIGKILL'),
      );
    });
    expect(await shop.count('cleanup_runs', 'ended_at IS NULL AND last_seen_at IS NOT NULL')).toBe(1);
    await shop.sql(`UPDATE cleanup_runs SET last_seen_at = now() - interval '6 minutes'`);

    expect(await list()).toMatchObject({ endedAt: null, isUnseen: true, lastSeenAt: expect.any(String) });
    await shop.app.get(CleanupRuns).run('cron');

    expect(await list()).toMatchObject({ stopReason: 'failed', isUnseen: false });
    expect(await shop.count('cleanup_runs', 'ended_at IS NULL')).toBe(0);
  });
});
