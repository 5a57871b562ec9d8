import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Product } from '../../src/catalogue/product.entity.js';
import { anotherTab, screenshotFile, TestBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { type Interception, HttpProxy } from '../support/http-proxy.js';
import { Program } from '../support/program.js';
import { Shop, type TestUser } from '../support/shop.js';

/**
 * Logs in by a separate request. The example's own writes wait for each other, also across tabs.
 */
async function logsInBesides(page: Page, api: string, { email, password }: TestUser): Promise<void> {
  const status = await page.evaluate(
    async ([url = '', body]) => {
      const headers = { 'Content-Type': 'application/json' };
      return (await fetch(url, { method: 'POST', credentials: 'include', headers, body })).status;
    },
    [`${api}/api/auth/login`, JSON.stringify({ email, password })],
  );
  expect(status).toBe(200);
}

describe('examples/page-on-subdomain', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let example: Program;
  let proxy: HttpProxy;
  let intercept: Interception;
  let origin: string;
  let api: string;
  let tea: Product;
  let pot: Product;
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://www.shop.localhost:${port}`;
    shop = await Shop.open({ ALLOWED_ORIGINS: origin });
    proxy = await HttpProxy.open(shop.url, (request) => intercept(request));
    api = proxy.url.replace('127.0.0.1', 'api.shop.localhost');
    example = Program.example('page-on-subdomain/serve.mjs', [], { API: api, PORT: port });
    await example.prints(/Serving on/);
    browser = await TestBrowser.launch();
    tea = await shop.product({ name: 'Green tea' });
    pot = await shop.product({ name: 'Iron teapot' });
  });
  beforeEach(() => {
    intercept = () => Promise.resolve(null);
  });
  afterAll(async () => {
    await browser.close();
    await example.stops('SIGTERM');
    proxy.close();
    await shop.close();
  });

  const visits = () => browser.visits(shop, '/', { baseURL: origin });
  const adds = (page: Page, { name }: Product) => page.getByRole('button', { name: `Add ${name}` }).click();
  const shows = (page: Page, text: string) => page.getByText(text).first().waitFor();
  const logsIn = async (page: Page, { email, password }: TestUser, button = 'Log in') => {
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: button }).click();
    await shows(page, `Hello, ${email}.`);
  };
  /** Counts the sessions and guest baskets that are created meanwhile. */
  const comeWhile = async (what: () => Promise<void>) => {
    const before = { sessions: await shop.count('sessions'), baskets: await shop.guestBaskets() };
    await what();
    return {
      sessions: (await shop.count('sessions')) - before.sessions,
      baskets: (await shop.guestBaskets()) - before.baskets,
    };
  };

  it('keeps the basket after a reload, with the cookie of the other host', async () => {
    const page = await visits();

    const made = await comeWhile(async () => {
      await adds(page, tea);
      await shows(page, '1 × Green tea');
      await page.reload();
      await shows(page, '1 × Green tea');
      await adds(page, tea);
      await shows(page, '2 × Green tea');
    });

    expect(made).toEqual({ sessions: 1, baskets: 1 });
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ name: 'sid', domain: 'api.shop.localhost', httpOnly: true }]);
    await page.screenshot({ path: screenshotFile('page-on-subdomain') });
  });

  it('sends the first clicks one after the other, so that all of them share one session', async () => {
    const page = await visits();

    const made = await comeWhile(async () => {
      await page.getByRole('button', { name: 'Add Iron teapot' }).waitFor();
      // Clicks faster than a mouse: all clicks happen before the first response.
      await page.evaluate(
        "document.querySelectorAll('#products button').forEach((button) => button.click())",
      );
      await shows(page, '1 × Green tea');
      await shows(page, '1 × Iron teapot');
    });

    expect(made).toEqual({ sessions: 1, baskets: 1 });
  });

  it.each(['unavailable', 'lose-answer'] as const)(
    'counts an add once after a failure of the kind "%s"',
    async (how) => {
      const page = await visits();
      await adds(page, tea);
      await shows(page, '1 × Green tea');
      const keys: unknown[] = [];
      intercept = ({ method, headers }) => {
        const attempts = method === 'POST' ? keys.push(headers['idempotency-key']) : 0;
        return Promise.resolve(attempts === 1 ? how : null);
      };

      await adds(page, tea);
      await shows(page, '2 × Green tea');

      expect([keys.length, new Set(keys).size]).toEqual([2, 1]);
      await page.reload();
      await shows(page, '2 × Green tea');
    },
  );

  it('shows that the basket has expired, and what it held', async () => {
    const page = await visits();
    await adds(page, tea);
    await shows(page, '1 × Green tea');
    await shop.expireAll();

    await adds(page, pot);

    await shows(page, 'Your basket has expired. It had Green tea.');
    await shows(page, '1 × Iron teapot');
    expect(await page.getByText('1 × Green tea').count()).toBe(0);
  });

  it('shows line by line how a login merged two baskets', async () => {
    const ada = await shop.user({
      basket: [
        [tea, 1],
        [pot, 1],
      ],
    });
    const page = await visits();
    await adds(page, tea);
    await adds(page, tea);
    await shows(page, '2 × Green tea');

    await logsIn(page, ada);

    const rows = await page.getByRole('row').allTextContents();
    expect(rows.slice(1).sort()).toEqual([`${tea.sku}212`, `${pot.sku}011`].sort());
    await shows(page, '2 × Green tea');
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2, [pot.sku]: 1 });
    await page.screenshot({ path: screenshotFile('page-on-subdomain-merged') });
  });

  it("registers a user, who gets the guest's basket", async () => {
    const page = await visits();
    await adds(page, tea);
    await shows(page, '1 × Green tea');

    await logsIn(page, { id: '', email: 'grace@example.com', password: 'correct horse' }, 'Register');

    await shows(page, '1 × Green tea');
    expect(await page.getByRole('table').isVisible()).toBe(false);
    expect(
      await shop.sql(`SELECT status FROM baskets JOIN users u ON u.id = owner_id WHERE email = $1`, [
        'grace@example.com',
      ]),
    ).toEqual([{ status: 'open' }]);
  });

  it('sends an add again when a login in another tab has replaced the session', async () => {
    const ada = await shop.user();
    const page = await visits();
    await adds(page, tea);
    await shows(page, '1 × Green tea');
    const replaced = page.waitForResponse((response) => response.status() === 409);
    const tab = await anotherTab(page);
    intercept = async ({ method, url }) => {
      if (method !== 'POST' || url !== '/api/basket/lines') return null;
      intercept = () => Promise.resolve(null);
      // The add has left the browser with the cookie from before the login.
      await logsInBesides(tab, api, ada);
      return null;
    };

    await adds(page, tea);

    expect(await (await replaced).json()).toMatchObject({ type: '/problems/session-replaced' });
    await shows(page, '2 × Green tea');
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });

  it('shows that the shop is unavailable when its origin is not allowed', async () => {
    const page = await browser.visits(shop, '/', { baseURL: origin.replace('www.shop', 'www.other') });

    await shows(page, 'The shop is unavailable. Try again.');

    expect(await page.context().cookies()).toEqual([]);
  });
});
