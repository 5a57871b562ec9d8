import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { addDemoProducts } from '../../src/catalogue/demo-products.js';
import { addsToBasket, anotherTab, logsIn, saved, screenshotFile, TestBrowser } from '../support/browser.js';
import { Shop, type TestUser } from '../support/shop.js';

interface Violation {
  id: string;
  help: string;
  nodes: { html: string; failureSummary: string }[];
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDTHS = [360, 768, 1440];
/**
 * A fault between the narrow and the wide layout shows in one of these. So axe does not check this
 * width.
 */
const MIDDLE = 768;

describe('the pages', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let admin: TestUser;
  let visitor: Page;
  beforeAll(async () => {
    shop = await Shop.open();
    await addDemoProducts(shop.dataSource);
    browser = await TestBrowser.launch();
    admin = await shop.user();
    await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [admin.id]);
    await haveGuests();
    await haveRuns();
    visitor = await shopper();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  /** Creates as many guests as the last run below has counted. */
  const haveGuests = () =>
    shop.sql(`
      WITH numbered AS (SELECT gen_random_uuid() AS id, n FROM generate_series(1, 2480) AS n),
        made AS (INSERT INTO baskets (id) SELECT id FROM numbered WHERE n <= 650)
      INSERT INTO sessions (id, json, expired_at, basket_id)
      SELECT 'guest-' || n, '{}', (extract(epoch FROM now()) * 1000)::bigint + 86400000, CASE WHEN n <= 650 THEN id END
      FROM numbered`);

  /** Creates the cleanup runs of one day. */
  const haveRuns = () =>
    shop.sql(`
      INSERT INTO cleanup_runs (trigger, host, started_at, ended_at, sessions_removed, baskets_removed, sessions_left,
        sessions_living, guest_baskets_living, stop_reason)
      SELECT 'cron', 'shop-1', at, at + interval '1 second' * (0.4 + removed / 400.0), removed, removed / 3, 0,
        (3200 + 800 * sin(n / 22.0))::int, (900 + 250 * sin(n / 22.0 + 0.2))::int, 'drained'
      FROM generate_series(1, 96) AS n,
        LATERAL (SELECT now() - interval '5 minutes' * (97 - n) AS at, (90 + 60 * sin(n / 14.0))::int AS removed) AS run`);

  /** An admin who shopped as a guest before, so that every page has content. */
  const shopper = async (): Promise<Page> => {
    const device = await browser.visits(shop);
    await logsIn(device, admin);
    for (const name of ['Green tea', 'Iron teapot']) await addsToBasket(device, name);
    await saved(device);
    const page = await browser.visits(shop);
    for (const name of ['Green tea', 'Green tea', 'Green tea', 'Matcha', 'Bamboo whisk'])
      await addsToBasket(page, name);
    await saved(page);
    await logsIn(page, admin);
    await page.getByText('Your two baskets were merged').waitFor();
    await shop.sql(`UPDATE products SET unit_price_minor = 1990 WHERE sku = 'TEA-MATCHA-030'`);
    return page;
  };

  const violationsOf = async (page: Page): Promise<Violation[]> => {
    await page.evaluate(AXE);
    const { violations } = await page.evaluate<{ violations: Violation[] }>(
      `axe.run(document, { runOnly: ${JSON.stringify(WCAG_22_AA)} })`,
    );
    return violations.map(({ id, help, nodes }) => ({
      id,
      help,
      nodes: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })),
    }));
  };

  const looksRight = async (page: Page, name: string) => {
    for (const scheme of ['light', 'dark'] as const) {
      // Transitions must be off, because a colour is measured at one moment.
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.screenshot({ path: screenshotFile(`${name}-${width}-${scheme}`) });
        const overhang = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect([name, width, scheme, overhang <= 0]).toEqual([name, width, scheme, true]);
        if (width !== MIDDLE) expect(await violationsOf(page)).toEqual([]);
      }
    }
  };

  const PAGES: [string, string, string][] = [
    ['shop', '/', 'Green tea'],
    ['search-without-hit', '/?q=coffee', 'No product matches “coffee”'],
    ['basket', '/basket', 'Your two baskets were merged'],
    ['orders', '/orders', 'You have no orders yet.'],
    ['operations', '/operations', 'Cleanup runs'],
    ['missing', '/nowhere', 'This page does not exist'],
  ];

  it.each(PAGES)('%s fits three widths, in light and dark, and is accessible', async (name, path, text) => {
    const page = await anotherTab(visitor, path);
    await page.getByText(text).first().waitFor();
    await page.waitForLoadState('networkidle', { timeout: 2_000 }).catch(() => undefined);

    await looksRight(page, name);
    await page.close();
  });

  it.each([
    ['login', '/login', 'New here?'],
    ['register', '/register', 'Do you have an account?'],
    ['empty-basket', '/basket', 'Your basket is empty.'],
  ])('%s fits and is accessible for a guest', async (name, path, text) => {
    const page = await browser.visits(shop, path);
    await page.getByText(text).waitFor();

    await looksRight(page, name);
  });

  it('fit and are accessible with every message on them', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, 'Green tea');
    await saved(page);
    // Expires this guest only. The picture of the operations page shows the others.
    await shop.sql(`UPDATE sessions SET expired_at = $1 WHERE user_id IS NULL AND id NOT LIKE 'guest-%'`, [
      Date.now() - 60_000,
    ]);
    await page.reload();
    await page.getByText('Your visit has expired.').waitFor();
    await page.route('**/api/basket/lines', (route) =>
      route.fulfill({ status: 404, json: { type: '/problems/not-found', detail: 'It is gone.' } }),
    );
    await addsToBasket(page, 'Mint');
    await page.getByText('Mint: It is gone.').waitFor();
    await page.context().setOffline(true);
    await page.getByText('No connection.').waitFor();

    await looksRight(page, 'messages');
  });

  it('fit and are accessible during checkout', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, 'Green tea');
    await saved(page);
    await page.goto('/basket');
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await looksRight(page, 'confirm');
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByText('Thank you for your order').waitFor();
    await looksRight(page, 'ordered');
  });

  it('fit and are accessible with options, quantity rules and all notices of a line', async () => {
    const page = await browser.visits(shop);
    await page.getByLabel('Engraving (optional) of Glass teapot').fill('W'.repeat(30));
    await addsToBasket(page, 'Glass teapot');
    await page.getByLabel('Engraving (optional) of Glass teapot').fill('Ada');
    await page.keyboard.press('Enter');
    for (const name of ['40 Paper filter', 'Oolong', 'Chai']) await addsToBasket(page, name);
    await saved(page);
    const changes = [
      `quantity_step = 16, min_quantity = 1, unit_price_minor = 14 WHERE sku = 'FILTER-PAPER'`,
      `stock = 1 WHERE sku = 'POT-GLASS-1L'`,
      `stock = 0 WHERE sku = 'TEA-OOLONG-100'`,
      `is_active = false WHERE sku = 'TEA-CHAI-150'`,
    ];
    for (const change of changes) await shop.sql(`UPDATE products SET ${change}`);
    await page.goto('/basket');
    await page.getByText('Sold in packs of 16, at most 80. Choose 32 or 48 pieces.').waitFor();
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByText('Paper filter: This quantity is not for sale.').waitFor();

    await looksRight(page, 'line-notices');
  });

  it('fit and are accessible with a payment beside the basket, and with an order', async () => {
    const user = await shop.user();
    const page = await browser.visits(shop);
    await logsIn(page, user);
    await addsToBasket(page, 'Mint');
    await saved(page);
    const guest = await browser.visits(shop);
    await addsToBasket(guest, 'Iron teapot');
    await guest.getByLabel('Engraving (optional) of Two stoneware cups').fill('For Ada and Bob');
    await addsToBasket(guest, 'Two stoneware cups');
    await saved(guest);
    await guest.goto('/basket');
    await guest.getByRole('button', { name: 'Go to checkout' }).click();
    await guest.getByText('The products are held for you until').waitFor();
    await looksRight(guest, 'payment');
    await logsIn(guest, user);
    const payment = guest.getByRole('region', { name: 'Payment under way' });
    await payment.waitFor();
    await looksRight(guest, 'payment-beside');

    await payment.getByRole('button', { name: 'Order and pay' }).click();
    await guest.getByRole('button', { name: 'Place the order' }).click();
    await guest.getByText('Thank you for your order').waitFor();
    await looksRight(guest, 'order');
    await guest.getByRole('link', { name: 'Orders' }).click();
    await guest.getByText('Order again').waitFor();
    await looksRight(guest, 'orders-filled');
  });
});
