import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { addDemoProducts } from '../../src/catalogue/demo-products.js';
import { TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

describe('the explorer', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let page: Page;
  beforeAll(async () => {
    shop = await Shop.open();
    await addDemoProducts(shop.dataSource);
    browser = await TestBrowser.launch();
    page = await browser.visits(shop, '/api/docs');
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  /** Clicks "Execute" without changing anything, and returns status and body of the response. */
  const execute = async (method: string, path: string): Promise<{ status: number; body: string }> => {
    const operation = page
      .locator('.opblock')
      .filter({ has: page.locator(`[data-path="${path}"]`) })
      .filter({ has: page.getByText(method, { exact: true }) });
    await operation.locator('.opblock-summary-control').click();
    const wanted = new RegExp(`${path.replace(/\{\w+\}/g, '[^/]+')}(\\?.*)?$`);
    const answered = page.waitForResponse(
      (response) => response.request().method() === method && wanted.test(response.url()),
    );
    await operation.getByRole('button', { name: 'Execute' }).click();
    const response = await answered;
    await operation.locator('.live-responses-table').waitFor();
    // Each click redraws the open operation.
    await operation.locator('.opblock-summary-control').click();
    return { status: response.status(), body: await response.text().catch(() => '') };
  };

  it('shows requests that succeed when they are clicked from top to bottom', async () => {
    const story: [string, string, number][] = [
      ['GET', '/api/products', 200],
      ['GET', '/api/products/{sku}', 200],
      ['GET', '/api/basket', 200],
      ['POST', '/api/basket/lines', 201],
      ['PUT', '/api/basket/lines/{lineId}', 200],
      ['POST', '/api/auth/register', 201],
      ['POST', '/api/auth/login', 200],
      ['GET', '/api/auth/me', 200],
      ['GET', '/api/basket', 200],
      ['POST', '/api/auth/logout', 204],
      ['POST', '/api/basket/lines', 201],
      ['POST', '/api/auth/login', 200],
      ['POST', '/api/auth/refresh', 200],
      ['PUT', '/api/auth/password', 204],
      ['POST', '/api/basket/freeze', 200],
      ['POST', '/api/basket/thaw', 200],
      ['POST', '/api/basket/submit', 200],
      ['GET', '/api/orders', 200],
      ['GET', '/api/auth/me/export', 200],
      ['GET', '/api/health/ready', 200],
    ];

    const outcomes: string[] = [];
    for (const [method, path, expected] of story) {
      const { status, body } = await execute(method, path);
      expect([method, path, status]).toEqual([method, path, expected]);
      if (path === '/api/auth/login') outcomes.push(/"outcome":"(\w+)"/.exec(body)?.[1] ?? '');
    }

    expect(outcomes).toEqual(['assigned', 'merged']);
    expect(await shop.count('baskets', "status = 'submitted'")).toBe(1);
  });

  it('lists the requests in the order in which a shopper needs them', async () => {
    const tags = await page.evaluate<string[]>(
      "[...document.querySelectorAll('.opblock-tag')].map((element) => element.dataset.tag)",
    );

    expect(tags).toEqual(['products', 'basket', 'auth', 'checkout', 'orders', 'admin', 'operations']);
  });

  it('sends requests as the user of a Bearer token, without a cookie', async () => {
    const user = await shop.user();
    const { accessToken } = await shop.guest().logsInAs(user);
    await page.context().clearCookies();
    await page.reload();

    await page.getByRole('button', { name: 'Authorize' }).first().click();
    // The second form is for an API key.
    await page.getByLabel('auth-bearer-value').first().fill(accessToken);
    await page.getByRole('button', { name: 'Apply credentials' }).first().click();
    await page.getByRole('button', { name: 'Close' }).first().click();
    const { status, body } = await execute('GET', '/api/auth/me');

    expect([status, JSON.parse(body)]).toEqual([200, expect.objectContaining({ email: user.email })]);
    expect(await page.context().cookies()).toEqual([]);
  });
});
