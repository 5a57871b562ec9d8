import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { logsIn, TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

describe('the operations page', () => {
  let shop: Shop;
  let browser: TestBrowser;
  beforeAll(async () => {
    shop = await Shop.open({ CLEANUP_BATCH_SIZE: '20' });
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const asAdmin = async (): Promise<Page> => {
    const user = await shop.user();
    await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
    const page = await browser.visits(shop);
    await logsIn(page, user, '/login?to=/operations');
    await page.getByRole('heading', { name: 'Operations', exact: true }).waitFor();
    return page;
  };
  const guestsWithBaskets = async (number: number): Promise<void> => {
    const tea = await shop.product();
    for (let guest = 0; guest < number; guest++) await shop.guest().adds(tea);
  };
  const figure = (page: Page, name: string) =>
    page.getByText(name, { exact: true }).locator('..').getByRole('definition').textContent();

  it('requires a login, and is for admins only', async () => {
    const page = await browser.visits(shop, '/operations');
    await page.waitForURL('**/login?to=/operations');

    await logsIn(page, await shop.user(), '/login?to=/operations');

    await page.getByText('Only admins can see this page.').waitFor();
    expect(await page.getByRole('link', { name: 'Operations' }).count()).toBe(0);
  });

  it('starts a cleanup by a click, shows its progress, and lists the run', async () => {
    await shop.expireAll();
    await shop.removeExpired();
    await guestsWithBaskets(45);
    await shop.expireAll();
    await guestsWithBaskets(2);
    const page = await asAdmin();
    await page.getByText('✓ The cleanup keeps up').waitFor();
    expect(await figure(page, 'Expired sessions')).toBe('45');
    expect(await figure(page, 'Active guest baskets')).toBe('2');

    await page.getByRole('button', { name: 'Clear now' }).click();

    await page
      .getByText(/^Removed 45 sessions and 45 baskets in \d+\.\d s\. Stop reason: drained\.$/)
      .waitFor();
    const cells = await page.locator('.runs tbody tr').first().locator('td').allTextContents();
    expect(cells.map((cell, at) => (at === 0 ? cell.replace(/, .*/, '') : cell))).toEqual([
      'admin',
      '45',
      '45',
      expect.stringMatching(/^\d+\.\d$/),
      '0',
      'drained',
    ]);
    expect(await shop.guestBaskets()).toBe(2);
    expect(await page.locator('.chart canvas').count()).toBe(2);
  });

  it('shows the progress of a run while it works', async () => {
    await guestsWithBaskets(3);
    const page = await asAdmin();
    const body = await page.evaluate<{ runs: object[] }>(
      "fetch('/api/admin/cleanup-runs').then((r) => r.json())",
    );
    const overview = await page.evaluate<{ cleanup: object; sessions: object }>(
      "fetch('/api/admin/overview').then((r) => r.json())",
    );
    // Simulates a long run by a response from the middle of it.
    const half = {
      ...body.runs[0],
      id: '999',
      endedAt: null,
      sessionsRemoved: 40_000,
      basketsRemoved: 30_000,
    };
    await page.route(/api\/admin\/cleanup-runs/, (route) =>
      route.fulfill({ json: { ...body, runs: [half, ...body.runs] } }),
    );
    await page.route(/api\/admin\/overview/, (route) =>
      route.fulfill({
        json: {
          ...overview,
          sessions: { ...overview.sessions, expired: 60_000 },
          cleanup: { ...overview.cleanup, isRunning: true },
        },
      }),
    );

    await page.getByText('Removed 40,000 sessions and 30,000 baskets. Waiting: 60,000 sessions.').waitFor();

    const progress = page.getByRole('progressbar');
    expect([await progress.getAttribute('value'), await progress.getAttribute('max')]).toEqual([
      '40000',
      '100000',
    ]);
    expect(await page.getByRole('button', { name: 'Clear now' }).isDisabled()).toBe(true);
  });

  it('shows that no cleanup runs while the clocks differ, and when a run was last seen', async () => {
    await shop.sql(`
      INSERT INTO cleanup_runs (trigger, host, started_at, last_seen_at)
      VALUES ('cron', 'x', now() - interval '1 hour', now() - interval '10 minutes')`);
    const page = await asAdmin();
    const overview = await page.evaluate<object>("fetch('/api/admin/overview').then((r) => r.json())");
    const clock = { differs: true, differenceSeconds: -1_296_000.4 };
    await page.route(/api\/admin\/overview/, (route) => route.fulfill({ json: { ...overview, clock } }));

    await page.getByText('▲ The cleanup is stopped because the clocks differ').waitFor();
    await page.getByText('The database’s clock is 1,296,000 seconds behind the shop’s.').waitFor();
    await page.getByText(/no sign of life since \d\d:\d\d/).waitFor();
    await shop.sql('DELETE FROM cleanup_runs WHERE ended_at IS NULL');
  });

  it('turns red when the cleanup is behind, and explains it in words', async () => {
    await guestsWithBaskets(1);
    await shop.sql('UPDATE sessions SET expired_at = $1 WHERE user_id IS NULL', [Date.now() - 86_400_000]);
    const page = await asAdmin();

    await page.getByText('▲ The cleanup is behind').waitFor();
    await page.getByText('The oldest waiting session expired 24 hours ago').waitFor();
    expect(await page.locator('.cleanup-status.behind').count()).toBe(1);
    await page.getByRole('button', { name: 'Clear now' }).click();
    await page.getByText('✓ The cleanup keeps up').waitFor();
  });
});
