import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { CleanupRunDto, CleanupRunPageDto } from '../../src/admin/cleanup-run.dto.js';
import type { OverviewDto } from '../../src/admin/overview.dto.js';
import { CleanupBacklog } from '../../src/session/cleanup/cleanup-backlog.service.js';
import { CleanupRuns } from '../../src/session/cleanup/cleanup-runs.service.js';
import type { ProblemBody } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { whileLocked } from '../support/row-lock.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

const HOUR = 3_600_000;

describe('an operator', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products, cleanup_runs, orphan_counts CASCADE'));
  afterAll(() => shop.close());

  const metrics = async (name: string): Promise<Record<string, number>> => {
    const { body } = await shop.guest().sends<string>('GET', '/metrics');
    const lines = body.split('\n').filter((line) => line.startsWith(`basketkeeper_${name}`));
    return Object.fromEntries(
      lines.map((line): [string, number] => {
        const [key = '', value] = line.split(/ (?=[^ ]+$)/);
        return [key.replace(`basketkeeper_${name}`, ''), Number(value)];
      }),
    );
  };
  const waitingFor = (milliseconds: number) =>
    shop.sql('INSERT INTO sessions (id, expired_at) VALUES ($1, $2)', ['old', Date.now() - milliseconds]);

  it('sees in the metrics the waiting, active and removed sessions and baskets', async () => {
    const tea = await shop.product();
    const gone = shop.guest();
    await gone.adds(tea);
    await shop.guest().adds(tea);
    await shop.expire(gone);
    const secondsSinceExpiry = async () => {
      const sql = 'SELECT extract(epoch FROM now()) - min(expired_at) / 1000.0 AS seconds FROM sessions';
      const [row] = await shop.sql<{ seconds: string }>(sql);
      return Number(row?.seconds);
    };

    expect(await metrics('sessions_expired')).toMatchObject({ '': 1 });
    const least = await secondsSinceExpiry();
    const oldest = (await metrics('sessions_expired_oldest_seconds'))[''];
    expect(oldest).toBeGreaterThanOrEqual(least);
    expect(oldest).toBeLessThanOrEqual(await secondsSinceExpiry());
    expect(await metrics('guest_baskets_living')).toEqual({ '': 1 });
    expect(await metrics('cleanup_seconds_since_drained')).toEqual({});
    const before = (await metrics('cleanup_removed_total'))['{what="sessions"}'] ?? NaN;

    await shop.app.get(CleanupRuns).run('cron');

    expect(await metrics('sessions_expired')).toMatchObject({ '': 0 });
    expect((await metrics('cleanup_removed_total'))['{what="sessions"}']).toBe(before + 1);
    expect((await metrics('cleanup_batch_duration_seconds_count'))['']).toBeGreaterThan(0);
    expect((await metrics('cleanup_runs_total'))['{trigger="cron",outcome="drained"}']).toBe(1);
    expect((await metrics('cleanup_seconds_since_drained'))['']).toBeLessThan(5);
  });

  it('sees the duration of requests by route, never by path, and the state of the pool', async () => {
    await shop.guest().sends('PUT', '/api/basket/lines/x', { quantity: 0 });
    await shop.guest().sends('GET', '/no/such/path');

    const durations = Object.keys(await metrics('http_request_duration_seconds_count'));

    expect(durations).toContain('{method="PUT",route="/api/basket/lines/:lineId",status="404"}');
    expect(durations.join()).not.toContain('such');
    expect(Object.keys(await metrics('pool_connections'))).toEqual(['{state="busy"}', '{state="idle"}']);
    const { headers, body } = await shop.guest().sends<string>('GET', '/metrics');
    expect(headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(body.endsWith('# EOF\n')).toBe(true);
  });

  it('gets the older format of Prometheus when Accept prefers it', async () => {
    const get = (Accept: string) => shop.guest().sends<string>('GET', '/metrics', undefined, { Accept });
    const { headers, body } = await get('application/openmetrics-text;q=0.2, text/plain;version=0.0.4');

    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers.get('vary')).toBe('Accept');
    expect(body).toContain('# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total ');
    expect(body).toContain('# TYPE basketkeeper_http_request_duration_seconds histogram\n');
    expect(body).not.toContain('# EOF');
    for (const accept of [
      '*/*',
      'text/html,*/*;q=0.8',
      'text/plain;q=0.3,application/openmetrics-text;q=0.5',
    ]) {
      expect((await get(accept)).headers.get('content-type')).toMatch(/^application\/openmetrics-text/);
    }
  });

  it('sees the requests whose clients disconnected, by route', async () => {
    const tea = await shop.product();
    const gone = new AbortController();
    const add = (): Promise<unknown>[] => {
      const body = JSON.stringify({ sku: tea.sku, quantity: 1 });
      const headers = { 'Content-Type': 'application/json' };
      const url = `${shop.url}/api/basket/lines`;
      return [fetch(url, { method: 'POST', headers, body, signal: gone.signal }).catch(() => 'gone')];
    };
    const aborted = '{method="POST",route="/api/basket/lines"}';

    await whileLocked(shop, ['LOCK TABLE basket_lines', []], add, async () => {
      gone.abort();
      await eventually(async () => (await metrics('http_requests_aborted_total'))[aborted] === 1);
    });
  });

  it('sees the orphans of the last audit or sweep of any process', async () => {
    await shop.sql(`INSERT INTO baskets (updated_at) VALUES (now() - interval '1 day')`);
    expect(await metrics('orphans')).toEqual({});

    const cli = (name: string) => Program.run('cli', [name], { DATABASE_URL: shop.databaseUrl }).ends();
    await cli('baskets:audit');
    expect(await metrics('orphans')).toEqual({ '': 1 });

    await cli('baskets:sweep');
    expect(await metrics('orphans')).toEqual({ '': 0 });
  });

  it('is told once that the cleanup is behind, and the shop stays ready', async () => {
    const told: string[] = [];
    const logger = { log: (line: string) => told.push(line), warn: (line: string) => told.push(line) };
    const backlog = shop.app.get(CleanupBacklog);
    Object.assign(backlog, { logger: logger as unknown as Logger });
    const ready = () => shop.guest().sends<{ status: string }>('GET', '/api/health/ready');

    await waitingFor(HOUR + 3 * 300_000 - 10_000);
    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: 'ok', info: { cleanup: { status: 'up' } } },
    });

    await shop.sql('UPDATE sessions SET expired_at = expired_at - 20000');
    for (let looks = 0; looks < 3; looks++) {
      expect(await ready()).toMatchObject({
        status: 200,
        body: { status: 'degraded', info: { database: { status: 'up' }, cleanup: { status: 'degraded' } } },
      });
    }
    expect(await metrics('cleanup_behind')).toEqual({ '': 1 });
    expect(told).toEqual([expect.stringContaining('The cleanup is behind: 1 expired sessions wait')]);

    await shop.removeExpired();
    expect((await ready()).body.status).toBe('ok');
    expect(told).toHaveLength(2);
  });

  it('with a system cron is told that the cleanup is behind by the interval of that cron', async () => {
    await shop.sql(`
      INSERT INTO cleanup_runs (trigger, host, started_at)
      SELECT 'cli', 'x', now() - n * interval '1 day' FROM generate_series(1, 3) n`);
    await waitingFor(24 * HOUR);

    expect(await shop.app.get(CleanupBacklog).get()).toMatchObject({
      isBehind: false,
      limitSeconds: 262_800,
    });
  });

  it('sees the overview, and starts a run over HTTP', async () => {
    const admin = await shop.admin();
    const gone = shop.guest();
    await gone.adds(await shop.product());
    await shop.expire(gone);

    const before = await admin.sends<OverviewDto>('GET', '/api/admin/overview');
    expect(before.body).toMatchObject({
      sessions: { living: 1, expired: 1 },
      guestBaskets: { living: 0, orphans: null },
      cleanup: { isRunning: false, isBehind: false, lastRun: null, lastDrainedAt: null },
    });

    const started = await admin.sends<CleanupRunDto>('POST', '/api/admin/cleanup-runs');
    expect(started).toMatchObject({
      status: 201,
      body: { trigger: 'admin', endedAt: null, stopReason: null },
    });
    const list = () => admin.sends<CleanupRunPageDto>('GET', '/api/admin/cleanup-runs');
    await eventually(async () => (await list()).body.runs[0]?.stopReason === 'drained');

    expect((await list()).body).toMatchObject({
      runs: [{ id: started.body.id, sessionsRemoved: 1, basketsRemoved: 1, sessionsLeft: 0, error: null }],
      nextCursor: null,
    });
    const after = await admin.sends<OverviewDto>('GET', '/api/admin/overview');
    expect(after.body).toMatchObject({
      sessions: { expired: 0 },
      cleanup: { lastRun: { id: started.body.id } },
    });
    expect(after.body.cleanup.lastDrainedAt).not.toBeNull();
  });

  it('cannot start a second run while one is running', async () => {
    const admin = await shop.admin();
    const { body } = await admin.sends<{ accessToken: string }>('POST', '/api/auth/refresh');
    const bearer = { Authorization: `Bearer ${body.accessToken}` };
    const starts = () =>
      shop.guest().sends<ProblemBody>('POST', '/api/admin/cleanup-runs', undefined, bearer);
    const runner = shop.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE sessions');

    const [first, second] = [await starts(), await starts()];
    await runner.rollbackTransaction();
    await runner.release();

    expect(first.status).toBe(201);
    expect(second).toMatchObject({ status: 409, body: { type: '/problems/cleanup-running' } });
    await eventually(async () => (await shop.count('cleanup_runs', 'ended_at IS NOT NULL')) === 1);
    expect((await starts()).status).toBe(201);
    await eventually(async () => (await shop.count('cleanup_runs', 'ended_at IS NOT NULL')) === 2);
  });

  it('pages through the runs, newest first', async () => {
    const admin = await shop.admin();
    await shop.sql(
      `INSERT INTO cleanup_runs (trigger, host) SELECT 'cron', n::text FROM generate_series(1, 5) n`,
    );
    const page = (query: string) =>
      admin.sends<CleanupRunPageDto>('GET', `/api/admin/cleanup-runs?limit=2${query}`);

    const hosts: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await page(cursor && `&cursor=${cursor}`);
      hosts.push(...body.runs.map(({ host }) => host));
      cursor = body.nextCursor;
    }

    expect(hosts).toEqual(['5', '4', '3', '2', '1']);
    expect((await page('&cursor=x')).status).toBe(400);
  });
});
