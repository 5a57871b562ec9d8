import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, anotherTab, logsIn, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

describe('the storefront during a failure', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let tea: Product;
  let pot: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450 });
    pot = await shop.product({ name: 'Iron teapot', unitPriceMinor: 4_950 });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const pieces = async ({ sku }: Product) => {
    const rows = await shop.sql<{ quantity: number }>(
      'SELECT quantity FROM basket_lines WHERE sku = $1 ORDER BY added_at DESC LIMIT 1',
      [sku],
    );
    return rows[0]?.quantity;
  };

  it('keeps changes that are made offline, shows that, and sends them later', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    await page.context().setOffline(true);

    await addsToBasket(page, tea.name);
    await addsToBasket(page, pot.name);
    await page.getByText('This device keeps 2 changes').waitFor();
    await showsPieces(page, 3);
    expect(await pieces(tea)).toBe(1);
    await page.context().setOffline(false);

    await saved(page);
    await page.getByText('No connection.').waitFor({ state: 'detached' });
    await showsPieces(page, 3);
    expect([await pieces(tea), await pieces(pot)]).toEqual([2, 1]);
  });

  it('keeps offline changes when the page is closed meanwhile', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    await page.context().setOffline(true);
    await addsToBasket(page, tea.name);
    await page.getByText('This device keeps 1 change').waitFor();
    const context = page.context();
    await page.close();
    await context.setOffline(false);

    const again = await context.newPage();
    await again.goto('/basket');

    await showsPieces(again, 2);
    await saved(again);
    expect(await pieces(tea)).toBe(2);
  });

  it('counts an add once when its response was lost', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    const keys: (string | undefined)[] = [];
    await page.route('**/api/basket/lines', async (route) => {
      keys.push(route.request().headers()['idempotency-key']);
      // The shop has done the change, but the response is lost.
      if (keys.length === 1) await route.fetch();
      return keys.length === 1 ? route.abort('connectionreset') : route.continue();
    });

    await addsToBasket(page, tea.name);
    await saved(page);

    await showsPieces(page, 2);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(await pieces(tea)).toBe(2);
  });

  it('waits while the shop is busy, and continues on its own', async () => {
    const page = await browser.visits(shop);
    let refusals = 0;
    await page.route('**/api/basket/lines', (route) =>
      refusals++ < 2 ? route.fulfill({ status: 503, body: 'down' }) : route.continue(),
    );

    await addsToBasket(page, tea.name);
    await page.getByText('The shop is busy.').waitFor();

    await saved(page);
    await page.getByText('The shop is busy.').waitFor({ state: 'detached' });
    expect(await pieces(tea)).toBe(1);
  });

  it('offers a guest the products of an expired session again', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await addsToBasket(page, tea.name);
    await addsToBasket(page, pot.name);
    await saved(page);
    await shop.expireAll();
    await shop.removeExpired();

    await addsToBasket(page, pot.name);
    await page.getByText('Your visit has expired.').waitFor();
    await showsPieces(page, 1);
    await page.getByRole('button', { name: 'Put 2 products back' }).click();
    await saved(page);

    await showsPieces(page, 4);
    await page.getByText('Your visit has expired.').waitFor({ state: 'detached' });
    expect([await pieces(tea), await pieces(pot)]).toEqual([2, 2]);
  });

  it('does not offer a product whose quantity was set after the session had expired', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await addsToBasket(page, pot.name);
    await saved(page);
    await page.getByRole('link', { name: 'Basket 2 pieces' }).click();
    await shop.expireAll();

    await page.getByRole('button', { name: `Add one ${tea.name}` }).click();
    await page.getByRole('button', { name: 'Put 1 product back' }).click();
    await saved(page);

    await showsPieces(page, 3);
    expect([await pieces(tea), await pieces(pot)]).toEqual([2, 1]);
  });

  it('adds products chosen after an expired login to the account at the next login', async () => {
    const user = await shop.user({ basket: [[tea, 2]] });
    const page = await browser.visits(shop);
    await logsIn(page, user);
    await showsPieces(page, 2);
    await shop.expireAll();

    await addsToBasket(page, pot.name);
    await page.getByText('You have been logged out.').waitFor();
    await showsPieces(page, 1);
    await logsIn(page, user);

    await showsPieces(page, 3);
    await page.getByText('You have been logged out.').waitFor({ state: 'detached' });
    expect(await shop.basketOf(user)).toEqual({ [tea.sku]: 2, [pot.sku]: 1 });
  });

  it('loses no add when a login in another tab replaces the session meanwhile', async () => {
    const user = await shop.user();
    const first = await browser.visits(shop);
    await addsToBasket(first, tea.name);
    await saved(first);
    const statuses: number[] = [];
    const second = await anotherTab(first);
    const old = (await first.context().cookies()).map(({ name, value }) => `${name}=${value}`).join();
    let release = () => {};
    const loggedIn = new Promise<void>((resolve) => (release = resolve));
    await second.route('**/api/basket/lines', async (route) => {
      // This request carries the cookie from before the login. Browser locks order the tabs of one
      // browser, so this simulates another device.
      const late = statuses.length === 0;
      if (late) await loggedIn;
      const headers = { ...route.request().headers(), ...(late && { cookie: old }) };
      const response = await route.fetch({ headers });
      statuses.push(response.status());
      await route.fulfill({ response });
    });
    await second.evaluate('delete Navigator.prototype.locks');

    await addsToBasket(second, pot.name);
    await first.bringToFront();
    await first.evaluate('delete Navigator.prototype.locks');
    await logsInHere(first, user);
    release();
    await saved(second);

    expect(statuses).toEqual([409, 201]);
    await showsPieces(second, 2);
    expect(await shop.basketOf(user)).toEqual({ [tea.sku]: 1, [pot.sku]: 1 });
  });

  /** Logs in without reloading the page. */
  const logsInHere = async (
    page: Awaited<ReturnType<TestBrowser['visits']>>,
    user: { email: string; password: string },
  ) => {
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill(user.password);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  };
});

describe('a session that expires', () => {
  it('is announced, and before that the page shows how long the basket is kept', async () => {
    const shop = await Shop.open({ SESSION_TTL_SECONDS: '3', CLEANUP_CRON: '* * * * * *' });
    const browser = await TestBrowser.launch();
    const tea = await shop.product({ name: 'Green tea' });
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await page.getByRole('link', { name: 'Basket 1 piece' }).click();
    await page.getByText(/^This basket is kept until \d\d:\d\d:\d\d/).waitFor();
    await saved(page);
    await page.goto('about:blank');
    await page.waitForTimeout(4_500);

    await page.goto(`${shop.url}/basket`);

    await page.getByText('Your visit has expired.').waitFor();
    await page.getByText('Your basket is empty.').waitFor();
    expect(await shop.guestBaskets()).toBe(0);
    await page.getByRole('button', { name: 'Put 1 product back' }).click();
    await showsPieces(page, 1);
    await saved(page);
    await browser.close();
    await shop.close();
  });
});
