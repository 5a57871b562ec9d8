import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { builtFile, Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

describe('the command line', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const cli = (...args: string[]) => Program.run('cli', args, { DATABASE_URL: shop.databaseUrl }).ends();

  it('sessions:clear reports what it would remove, and then removes it', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [gone, paying, active] = [shop.guest(), shop.guest(), shop.guest()];
    await gone.adds(tea);
    const { id } = await paying.adds(tea);
    await shop.sql(`UPDATE baskets SET status = 'frozen', frozen_at = now() WHERE id = $1`, [id]);
    await shop.expireAll();
    await active.adds(tea);

    const dry = await cli('sessions:clear', '--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ sessions: 3, baskets: 1, dryRun: true });
    expect(await shop.count('sessions')).toBe(4);
    expect(await shop.count('cleanup_runs')).toBe(0);

    const real = await cli('sessions:clear', '--batch', '1', '--json');
    expect(real.code).toBe(0);
    expect(JSON.parse(real.stdout)).toMatchObject({
      sessions: 3,
      baskets: 1,
      dryRun: false,
      stopReason: 'drained',
    });
    expect(await shop.count('sessions')).toBe(1);
    expect(await shop.count('baskets')).toBe(3);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 1 });
    expect(await shop.sql('SELECT trigger, sessions_removed FROM cleanup_runs')).toEqual([
      { trigger: 'cli', sessions_removed: 3 },
    ]);

    expect((await cli('sessions:clear')).stdout).toBe(
      'Removed 0 expired sessions with 0 guest baskets (drained).\n',
    );
  });

  it('users:create-admin ends the sessions of a customer who becomes an admin', async () => {
    const ada = await shop.user();
    const client = shop.guest();
    const { accessToken } = await client.logsInAs(ada);

    expect((await cli('users:create-admin', ada.email)).stdout).toBe(`${ada.email} is now an admin.\n`);

    expect((await client.sends('GET', '/api/auth/me')).status).toBe(401);
    const bearer = { Authorization: `Bearer ${accessToken}` };
    expect((await shop.guest().sends('GET', '/api/admin/overview', undefined, bearer)).status).toBe(401);
    await client.logsInAs(ada);
    expect((await client.sends('GET', '/api/admin/overview')).status).toBe(200);
  });

  it.each([
    [['sessions:clear', '--batch', '0'], '--batch'],
    [['sessions:clear', '--batch', 'x'], '--batch'],
    [['sessions:clear', '--dry'], '--dry'],
    [['sessions:clear', 'now'], 'too many arguments'],
    [['sessions:clean'], "unknown command 'sessions:clean'"],
    [[], 'Usage'],
  ])('refuses %j with one sentence, and changes nothing', async (args, sentence) => {
    const runs = await shop.count('cleanup_runs');

    const { code, stdout, stderr } = await cli(...args);

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(await shop.count('cleanup_runs')).toBe(runs);
  });

  it('requires the database in production, and nothing that only a server needs', async () => {
    const production = { NODE_ENV: 'production', DATABASE_URL: shop.databaseUrl };
    const serving = { PORT: 'x', TRUST_PROXY: 'true', CLEANUP_CRON: 'x', MIGRATION_DATABASE_URL: 'x' };

    for (const command of ['sessions:clear', 'baskets:audit', 'baskets:sweep']) {
      expect(await Program.run('cli', [command], { ...production, ...serving }).ends()).toMatchObject({
        code: 0,
      });
    }
    const { stdout } = await Program.run('cli', ['users:create-admin', 'eve@example.com'], production).ends();
    expect(stdout).toContain('Created the admin eve@example.com');
    const missing = await Program.run('cli', ['sessions:clear'], { NODE_ENV: 'production' }).ends();
    expect([missing.code, missing.stdout]).toEqual([1, '']);
    expect(missing.stderr).toMatch(/^The environment is not valid:\n {2}DATABASE_URL is missing.*\n$/);
  });

  it('reports all invalid settings of a command, one per line; openapi:print reads none', async () => {
    const bad = {
      DATABASE_URL: 'mysql://app:secret-word@db/shop',
      CLEANUP_BATCH_SIZE: '0',
      CURRENCY: 'euro',
    };

    const { code, stdout, stderr } = await Program.run('cli', ['sessions:clear'], bad).ends();
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toEqual([
      'The environment is not valid:',
      expect.stringContaining('DATABASE_URL must look like postgres://'),
      expect.stringContaining('CLEANUP_BATCH_SIZE'),
      expect.stringContaining('CURRENCY'),
    ]);
    expect(stderr).not.toContain('secret-word');

    const document = await Program.run('cli', ['openapi:print'], bad).ends();
    expect([document.code, document.stderr]).toEqual([0, '']);
  });

  it('openapi:print writes the whole document into a pipe', async () => {
    const command = ['-c', '"$0" "$1" openapi:print | cat', process.execPath, builtFile('cli')];
    const { stdout } = await promisify(execFile)('sh', command);

    expect(stdout).toBe(await readFile(join(import.meta.dirname, '../../openapi.json'), 'utf8'));
  });

  it('reports in one sentence that the database is unavailable', async () => {
    const away = { DATABASE_URL: 'postgres://app:x@127.0.0.1:1/shop', DATABASE_WAIT_SECONDS: '0' };

    const { code, stdout, stderr } = await Program.run('cli', ['sessions:clear'], away).ends();

    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('ECONNREFUSED');
    expect(stderr).not.toContain('    at ');
  });
});
