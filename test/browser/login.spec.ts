import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, anotherTab, logsIn, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { PASSWORD, Shop } from '../support/shop.js';

describe('a visitor with an account', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let tea: Product;
  let pot: Product;
  let whisk: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450 });
    pot = await shop.product({ name: 'Iron teapot', unitPriceMinor: 4_950 });
    whisk = await shop.product({ name: 'Bamboo whisk', unitPriceMinor: 1_290 });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('registers with a full basket and finds it in the account', async () => {
    const email = `${randomUUID()}@example.com`;
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    await page.goto('/register');

    await page.getByLabel('Name').fill('Ada');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('password');
    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText(/commonest|common/).waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Register' }).click();

    await page.getByText('Your basket is in your account now').waitFor();
    await page.getByText('Your account keeps this basket').waitFor();
    expect(await shop.count('baskets JOIN users u ON u.id = owner_id', `email = '${email}'`)).toBe(1);
  });

  it('registers again after the response was lost, and is logged in', async () => {
    const email = `${randomUUID()}@example.com`;
    const page = await browser.visits(shop);
    let isLost = false;
    await page.route('**/api/auth/register', async (route) => {
      if (isLost) return route.continue();
      isLost = true;
      await route.fetch();
      await route.abort();
    });
    await page.goto('/register');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill(PASSWORD);

    await page.getByRole('button', { name: 'Register' }).click();
    await page.getByText('Try again: nothing is done twice.').waitFor();
    await page.getByRole('button', { name: 'Register' }).click();

    await page.getByText(`Welcome, ${email}.`).waitFor();
    expect(await shop.count('users', `email = '${email}'`)).toBe(1);
  });

  it('sees line by line how a login merged two baskets, also after a reload and in another tab', async () => {
    const user = await shop.user({
      basket: [
        [tea, 1],
        [pot, 1],
      ],
    });
    const page = await browser.visits(shop);
    for (const { name } of [tea, tea, tea, whisk]) await addsToBasket(page, name);
    await saved(page);
    const before = await page.context().cookies();

    await logsIn(page, user);
    await page.getByText('Your two baskets were merged').waitFor();
    await page.reload();
    await page.getByText('Your two baskets were merged').waitFor();

    const rows = await page.locator('.merge tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s*\t\s*/)).sort()).toEqual([
      ['Bamboo whisk', '1', '–', '1'],
      ['Green tea', '3', '1', '3'],
      ['Iron teapot', '–', '1', '1'],
    ]);
    const other = await anotherTab(page, '/basket');
    await other.getByText('For a product in both baskets, the larger quantity was kept.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Your two baskets were merged').waitFor({ state: 'detached' });
    await page.reload();
    await showsPieces(page, 5);
    expect(await page.getByText('Your two baskets were merged').count()).toBe(0);
    expect(await page.context().cookies()).not.toEqual(before);
    expect(await shop.basketOf(user)).toEqual({ [tea.sku]: 3, [pot.sku]: 1, [whisk.sku]: 1 });
  });

  it('sees that email or password is wrong, and keeps the basket', async () => {
    const user = await shop.user();
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    await page.goto('/login');

    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill('another horse battery');
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();

    await page.getByRole('alert').filter({ hasText: /\w/ }).waitFor();
    await showsPieces(page, 1);
  });

  it('logs out in one tab and is logged out in the other', async () => {
    const user = await shop.user({ basket: [[tea, 2]] });
    const page = await browser.visits(shop);
    await logsIn(page, user);
    const other = await anotherTab(page);
    await showsPieces(other, 2);

    await page.getByRole('button', { name: 'Log out' }).click();

    await other.getByRole('link', { name: 'Log in' }).waitFor();
    await showsPieces(other, 0);
    expect(await other.getByText('You have been logged out.').count()).toBe(0);
    expect(await shop.basketOf(user)).toEqual({ [tea.sku]: 2 });
  });

  it('leaves no personal data on the page for the next visitor', async () => {
    const [ada, bob] = [await shop.user({ basket: [[tea, 1]] }), await shop.user()];
    const page = await browser.visits(shop);
    await logsIn(page, ada);
    await page.goto('/basket');
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByText('Thank you for your order').waitFor();
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByText('€4.50').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).click();
    await page.getByLabel('Email').fill(bob.email);
    await page.getByLabel('Password').fill(bob.password);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Log out' }).waitFor();
    await page.context().setOffline(true);

    await page.getByRole('link', { name: 'Orders' }).click();

    await page.getByText('Loading').waitFor();
    expect(await page.getByText('€4.50').count()).toBe(0);
  });

  it('goes to checkout, changes the basket, and orders after a confirmation', async () => {
    const user = await shop.user({ basket: [[tea, 2]] });
    const page = await browser.visits(shop);
    await logsIn(page, user);
    await page.goto('/basket');

    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByText('These prices stay the same while you pay.').waitFor();
    expect(await shop.count('baskets', `owner_id = '${user.id}' AND status = 'frozen'`)).toBe(1);
    await page.getByRole('button', { name: 'Change the basket' }).click();
    await page.getByRole('button', { name: `Add one ${tea.name}` }).click();
    await page.getByText('€13.50').first().waitFor();
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Not yet' }).click();
    expect(await shop.count('baskets', `owner_id = '${user.id}' AND status = 'submitted'`)).toBe(0);
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('dialog').getByText('3 pieces for €13.50').waitFor();
    await page.getByRole('button', { name: 'Place the order' }).click();

    await page.getByText('Thank you for your order').waitFor();
    await showsPieces(page, 0);
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.getByText('€13.50').waitFor();
    expect(await page.getByText('Your visit has expired').count()).toBe(0);
    expect(await shop.count('baskets', `owner_id = '${user.id}' AND status = 'submitted'`)).toBe(1);
  });

  it('places an order once when the response was lost', async () => {
    const user = await shop.user({ basket: [[tea, 1]] });
    const page = await browser.visits(shop);
    await logsIn(page, user);
    await page.goto('/basket');
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    let attempts = 0;
    await page.route('**/api/basket/submit', async (route) => {
      if (++attempts > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });

    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Place the order' }).click();

    await page.getByText('Thank you for your order').waitFor();
    expect(attempts).toBe(2);
    expect(await shop.count('baskets', `owner_id = '${user.id}'`)).toBe(1);
  });
});
