import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, logsIn, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop, type TestUser } from '../support/shop.js';

describe('an order', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let pot: Product;
  let user: TestUser;
  let page: Page;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    pot = await shop.product({ sku: 'POT-GLASS-1L', name: 'Glass teapot', unitPriceMinor: 2_490, stock: 9 });
    for (const name of ['Green tea', 'Mint', 'Chai']) await shop.product({ name });
    user = await shop.user();
    page = await browser.visits(shop);
    await logsIn(page, user);
    await page.goto('/');
    await page.getByLabel('Engraving (optional) of Glass teapot').fill('Ada');
    for (const name of ['Glass teapot', 'Glass teapot', 'Green tea', 'Mint', 'Chai']) {
      await addsToBasket(page, name);
    }
    await saved(page);
    await page.goto('/basket');
    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByText('Thank you for your order').waitFor();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const again = () => page.getByRole('button', { name: /^Order again: order of \d\d:\d\d/ });
  const empties = async () => {
    await shop.sql('DELETE FROM baskets WHERE owner_id = $1 AND status = $2', [user.id, 'open']);
  };

  it('is added to the basket again, with its options, from the list of orders', async () => {
    await page.getByRole('link', { name: 'Orders' }).click();

    await again().click();

    await showsPieces(page, 5);
    await page.getByRole('heading', { name: 'Your basket' }).waitFor();
    await page.getByText('Engraving: Ada').waitFor();
    expect(await shop.basketOf(user)).toMatchObject({ [pot.sku]: 1 });
    expect(await shop.count('basket_lines', `attributes = '{"engraving": "Ada"}'`)).toBe(2);
    await empties();
  });

  it('is added without the products that cannot be bought, and the page names them', async () => {
    await shop.sql('UPDATE products SET stock = 0 WHERE sku = $1', [pot.sku]);
    await shop.sql(`UPDATE products SET is_active = false WHERE name = 'Mint'`);
    await shop.sql(`UPDATE products SET min_quantity = 4, quantity_step = 2 WHERE name = 'Chai'`);
    await page.goto('/orders');
    await page.getByRole('link', { name: /^Order of/ }).click();

    await again().click();

    await showsPieces(page, 1);
    await page.getByText('Glass teapot: This product is sold out.').waitFor();
    await page.getByText('Glass teapot (Engraving: Ada): This product is sold out.').waitFor();
    await page.getByText('Mint: Not for sale any more.').waitFor();
    await page.getByText('Chai: Sold in packs of 2, at least 4. Choose 4 pieces.').waitFor();
    await empties();
  });

  it('is added once when the response was lost', async () => {
    await page.goto('/orders');
    let attempts = 0;
    await page.route('**/reorder', async (route) => {
      if (++attempts > 1) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });

    await again().click();

    await showsPieces(page, 1);
    expect(attempts).toBe(2);
    expect(Object.values(await shop.basketOf(user))).toEqual([1]);
  });

  it('is shown as cancelled after the shop has cancelled it', async () => {
    const admin = await shop.admin();
    const [order] = await shop.sql<{ id: string }>(`SELECT id FROM baskets WHERE status = 'submitted'`);
    await admin.sends('POST', `/api/admin/orders/${order?.id}/cancel`);
    await page.goto('/orders');
    await page.getByText('Cancelled').waitFor();

    await page.getByRole('link', { name: /^Order of/ }).click();

    await page.getByText(/^Cancelled: \d\d:\d\d/).waitFor();
  });
});
