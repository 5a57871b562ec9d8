import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { OrphanSweep } from '../../src/basket/expiry/orphan-sweep.service.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

describe('baskets:sweep', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE users, sessions, baskets, products CASCADE'));
  afterAll(async () => {
    await shop.sql('TRUNCATE baskets CASCADE');
    await shop.close();
  });

  const cli = (...args: string[]) =>
    Program.run('cli', ['baskets:sweep', ...args], { DATABASE_URL: shop.databaseUrl }).ends();
  const orphans = (count: number, age: string) =>
    shop.sql(
      `WITH baskets AS (
         INSERT INTO baskets (updated_at) SELECT now() - $2::interval FROM generate_series(1, $1) RETURNING id
       )
       INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added) SELECT id, 'x', 1, 1 FROM baskets`,
      [count, age],
    );
  /** Creates old baskets of every kind that the sweep must keep. */
  const others = async () => {
    const tea = await shop.product({ stock: null });
    const [guest, expired, paying, buyer] = [shop.guest(), shop.guest(), shop.guest(), shop.guest()];
    await shop.user({ basket: [[tea, 1]] });
    for (const client of [guest, expired, paying, buyer]) await client.adds(tea);
    await paying.sends('POST', '/api/basket/freeze');
    await shop.sql('DELETE FROM sessions WHERE id = $1', [paying.sessionId]);
    await buyer.sends('POST', '/api/basket/submit');
    await shop.expire(expired);
    await shop.sql(`UPDATE baskets SET updated_at = now() - interval '1 year'`);
    return guest;
  };

  it('removes old orphans only', async () => {
    const guest = await others();
    await orphans(25, '2 hours');
    await orphans(3, '10 minutes');

    const dry = await cli('--dry-run', '--json');
    expect(JSON.parse(dry.stdout)).toMatchObject({ baskets: 25, checked: 33, dryRun: true });
    expect(await shop.count('baskets')).toBe(33);

    const real = await cli('--batch', '4', '--json');
    expect(real).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(real.stdout)).toMatchObject({ baskets: 25, checked: 33, stopReason: 'drained' });
    expect(await shop.count('baskets')).toBe(8);
    expect(await shop.count('basket_lines')).toBe(8);
    expect((await guest.basket()).lines).toHaveLength(1);

    expect((await cli('--older-than', '5m')).stdout).toContain('Removed 3 orphaned guest baskets of 8');
  });

  it('stops at a limit, and continues from there', async () => {
    await orphans(10, '2 hours');

    const first = JSON.parse((await cli('--limit', '4', '--batch', '3', '--json')).stdout) as {
      baskets: number;
      stopReason: string;
      lastId: string;
    };
    expect(first).toMatchObject({ baskets: 4, stopReason: 'limit' });
    expect(await shop.count('baskets')).toBe(6);

    const rest = await cli('--after', first.lastId, '--json');
    expect(JSON.parse(rest.stdout)).toMatchObject({ baskets: 6 });
  });

  it('reports what it has removed when it is interrupted', async () => {
    await orphans(10, '2 hours');
    const controller = new AbortController();

    const report = await shop.app.get(OrphanSweep).sweep({
      olderThanMilliseconds: 0,
      batchSize: 3,
      dryRun: false,
      signal: controller.signal,
      onProgress: ({ checked }) => checked >= 6 && controller.abort(),
    });

    expect(report).toMatchObject({ baskets: 6, checked: 6, stopReason: 'interrupted' });
    expect(await shop.count('baskets')).toBe(4);
    const rest = await cli('--after', String(report.lastId), '--json');
    expect(JSON.parse(rest.stdout)).toMatchObject({ baskets: 4, checked: 4 });
  });

  it.each([
    ['--older-than', '1'],
    ['--older-than', 'soon'],
    ['--limit', '0'],
    ['--batch', '-1'],
    ['--after', 'x'],
  ])('refuses %s %s', async (...args) => {
    const { code, stdout, stderr } = await cli(...args);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(args[0]);
  });
});
