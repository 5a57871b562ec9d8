import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { EndFrozenOnCleanupHandler } from '../../src/basket/expiry/end-frozen-on-cleanup.handler.js';
import { OrphanSweep } from '../../src/basket/expiry/orphan-sweep.service.js';
import { ClockCheck } from '../../src/database/clock-check.service.js';
import { clocksDiffer, startReading } from '../../src/database/clock-reading.js';
import type { OverviewDto } from '../../src/admin/overview.dto.js';
import { CleanupRuns } from '../../src/session/cleanup/cleanup-runs.service.js';
import { Client, type ProblemBody } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

const SHIFT = join(import.meta.dirname, '../support/shifted-clock.mjs');
const DAYS = 86_400;
const HOUR = 3_600_000;

describe('while the clocks of the database and of a process differ', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE sessions, baskets, cleanup_runs CASCADE');
    const tea = await shop.product();
    for (let guest = 0; guest < 3; guest++) await shop.guest().adds(tea);
  });
  afterAll(() => shop.close());

  const run = (entry: 'main' | 'cli', args: string[], seconds: number, variables = {}) =>
    Program.run(entry, args, {
      NODE_OPTIONS: `--import=${SHIFT}`,
      CLOCK_SHIFT_SECONDS: String(seconds),
      DATABASE_URL: shop.databaseUrl,
      ...variables,
    });
  const sentence =
    /The database's clock says \S+Z, the clock of this process says \S+Z\. No cleanup runs until they agree within a minute\./;

  it.each([15 * DAYS, -15 * DAYS, 70])(
    'sessions:clear removes nothing, with %d s between them',
    async (seconds) => {
      const gone = shop.guest();
      await gone.adds(await shop.product());
      await shop.expire(gone);

      const { code, stdout } = await run('cli', ['sessions:clear'], seconds).ends();

      expect(code).toBe(1);
      expect(stdout).toMatch(sentence);
      expect(stdout).not.toContain('Error:');
      expect([await shop.count('sessions'), await shop.count('baskets')]).toEqual([4, 4]);
      expect(await shop.count('cleanup_runs')).toBe(0);
    },
  );

  it('baskets:sweep removes nothing', async () => {
    await shop.sql(`INSERT INTO baskets (updated_at) VALUES (now() - interval '1 day')`);

    const { code, stdout } = await run('cli', ['baskets:sweep'], 15 * DAYS).ends();

    expect(code).toBe(1);
    expect(stdout).toMatch(sentence);
    expect(await shop.count('baskets')).toBe(4);
    await shop.sql('DELETE FROM baskets WHERE id NOT IN (SELECT basket_id FROM sessions)');
  });

  it('a dry run counts by the clock of the database, and reports the difference', async () => {
    const { code, stdout, stderr } = await run('cli', ['sessions:clear', '--dry-run'], 15 * DAYS).ends();

    expect([code, stdout]).toEqual([0, 'Would remove 0 expired sessions with 0 guest baskets.\n']);
    expect(stderr).toMatch(sentence);
  });

  it('sessions:clear removes by the clock of the database when they differ by less than a minute', async () => {
    await shop.sql('UPDATE sessions SET expired_at = expired_at - 1209600000 + 20000');

    expect((await run('cli', ['sessions:clear'], 50).ends()).stdout).toContain('Removed 0 expired sessions');

    await shop.expireAll();
    expect((await run('cli', ['sessions:clear'], -50).ends()).stdout).toContain('Removed 3 expired sessions');
  });

  it('the schedule skips its runs and logs it once; admins, readiness and metrics report it', async () => {
    const user = await shop.user();
    await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
    const program = run('main', [], -15 * DAYS, { CLEANUP_CRON: '* * * * * *', PORT: '0' });
    const admin = new Client(await program.serves());
    await admin.logsInAs(user);

    const start = await admin.sends<ProblemBody>('POST', '/api/admin/cleanup-runs');
    expect([start.status, start.body.type]).toEqual([409, '/problems/clock-differs']);
    expect(start.body.detail).toMatch(sentence);
    const metrics = await admin.sends<string>('GET', '/metrics');
    const difference = /^basketkeeper_clock_difference_seconds (\S+)$/m.exec(metrics.body)?.[1];
    expect(Number(difference) / (15 * DAYS)).toBeCloseTo(1, 4);
    expect((await admin.sends<OverviewDto>('GET', '/api/admin/overview')).body.clock.differs).toBe(true);
    expect(await admin.sends('GET', '/api/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', info: { clock: { status: 'degraded' }, database: { status: 'up' } } },
    });
    expect(await shop.count('cleanup_runs')).toBe(0);

    process.kill(program.pid, 'SIGUSR2');
    await eventually(async () => (await shop.count('cleanup_runs', `stop_reason = 'drained'`)) > 0);
    const { stdout } = await program.stops('SIGTERM');
    expect(stdout.match(/No cleanup runs until/g)).toHaveLength(1);
    expect(stdout.match(/agree again/g)).toHaveLength(1);
    expect(await shop.count('sessions', 'user_id IS NULL')).toBe(3);
  });
});

describe('when the clock of a process becomes wrong', () => {
  const now = Date.now.bind(Date);
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets CASCADE'));
  afterEach(async () => {
    Date.now = now;
    await shop.sql('TRUNCATE baskets CASCADE');
  });
  afterAll(() => shop.close());

  it('each run of the schedule checks again, and removes nothing', async () => {
    Date.now = () => now() + HOUR;
    const instance = await shop.instance({ CLEANUP_CRON: '* * * * * *' });
    const clock = instance.app.get(ClockCheck);
    const read = clock.read.bind(clock);
    let reads = 0;
    clock.read = () => {
      reads++;
      return read();
    };

    await eventually(() => Promise.resolve(reads >= 2));

    expect(await shop.count('cleanup_runs')).toBe(0);
  });

  it('a run stops before the next batch', async () => {
    const tea = await shop.product();
    for (let guest = 0; guest < 6; guest++) await shop.guest().adds(tea);
    await shop.expireAll();
    const onProgress = () => {
      Date.now = () => now() - HOUR;
    };

    const run = shop.app.get(CleanupRuns).run('cli', { batchSize: 2, onProgress });

    await expect(run).rejects.toMatchObject({ type: 'clock-differs' });
    expect([await shop.count('sessions'), await shop.count('baskets')]).toEqual([4, 4]);
    expect(await shop.sql('SELECT * FROM cleanup_runs ORDER BY id DESC LIMIT 1')).toMatchObject([
      { sessions_removed: 2, stop_reason: 'failed', error: expect.stringContaining('clock') as unknown },
    ]);
  });

  it('a sweep stops before the next batch', async () => {
    await shop.sql(
      `INSERT INTO baskets (updated_at) SELECT now() - interval '1 day' FROM generate_series(1, 6)`,
    );
    const onProgress = () => {
      Date.now = () => now() + HOUR;
    };

    const options = { olderThanMilliseconds: HOUR, batchSize: 2, dryRun: false, onProgress };
    const report = await shop.app.get(OrphanSweep).sweep(options);

    expect(report).toMatchObject({ baskets: 2, stopReason: 'failed' });
  });

  it('frozen baskets and keys stay', async () => {
    const guest = shop.guest();
    await guest.adds(await shop.product());
    await guest.sends('POST', '/api/basket/freeze');
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '2 days'`);
    await shop.sql('DELETE FROM sessions');
    Date.now = () => now() + HOUR;

    const ended = shop.app
      .get(EndFrozenOnCleanupHandler)
      .endFrozen({ batchSize: 10, shouldStop: () => false });

    await expect(ended).rejects.toMatchObject({ type: 'clock-differs' });
    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(1);
  });
});

describe('the comparison of two clocks', () => {
  it.each([
    ['agree within a minute', 59_000, 0, false],
    ['differ beyond it', 61_000, 0, true],
    ['differ when the database is behind', -61_000, 0, true],
    ['do not differ for certain when the answer was slow', 65_000, 5_001, false],
    ['differ by more than a slow answer explains', 86_400_000, 15_000, true],
  ])('reports that they %s', (_, difference, tolerance, expected) => {
    expect(clocksDiffer({ databaseAt: 0, processAt: 0, difference, tolerance })).toBe(expected);
  });

  it('uses the middle of the round trip', () => {
    const toReading = startReading();
    const { processAt, tolerance, difference } = toReading(0);

    expect(tolerance).toBeGreaterThanOrEqual(0);
    expect(difference).toBe(-processAt);
  });
});
