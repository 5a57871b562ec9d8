import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, anotherTab, logsIn, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

describe('a product that the shop engraves', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let pot: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    pot = await shop.product({ sku: 'POT-GLASS-1L', name: 'Glass teapot', unitPriceMinor: 2_490, stock: 9 });
    await shop.product({ name: 'Green tea' });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const adds = async (page: Page, engraving: string, { name } = pot) => {
    await page.getByLabel(`Engraving (optional) of ${name}`).fill(engraving);
    await addsToBasket(page, name);
  };
  const line = (page: Page, text: string) => page.locator('.line').filter({ hasText: text });
  const stored = async () =>
    shop.sql<{ engraving: string | null; quantity: number }>(
      `SELECT attributes->>'engraving' AS engraving, quantity FROM basket_lines
       WHERE basket_id = (SELECT id FROM baskets ORDER BY updated_at DESC LIMIT 1) ORDER BY added_at`,
    );

  it('has one line per engraving, which is changed and removed on its own, and is in the order', async () => {
    const page = await browser.visits(shop);
    for (const engraving of ['Ada', 'Bob', ' Ada ']) await adds(page, engraving);
    await addsToBasket(page, pot.name);
    await page.getByText('4 in basket').waitFor();
    await page.getByRole('link', { name: 'Basket 4 pieces' }).click();

    await line(page, 'Engraving: Ada').getByText('€49.80').waitFor();
    await page.getByRole('button', { name: 'Add one Glass teapot (Engraving: Bob)' }).click();
    await page.getByRole('button', { name: 'Remove Glass teapot', exact: true }).click();
    await showsPieces(page, 4);
    await saved(page);
    expect(await stored()).toEqual([
      { engraving: 'Ada', quantity: 2 },
      { engraving: 'Bob', quantity: 2 },
    ]);
    await page.getByRole('button', { name: 'Remove Glass teapot (Engraving: Ada)' }).click();
    await saved(page);
    await page.reload();
    await showsPieces(page, 2);
    expect(await page.locator('.line').count()).toBe(1);

    await page.getByRole('button', { name: 'Go to checkout' }).click();
    await page.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Place the order' }).click();
    await page.getByText('Thank you for your order').waitFor();
    await page.getByText('Engraving: Bob').waitFor();
  });

  it('is changed while the shop has not confirmed its line, also in another tab', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, 'Green tea');
    await saved(page);
    const other = await anotherTab(page, '/basket');
    await other.getByText('Green tea').waitFor();
    await page.context().setOffline(true);

    await adds(page, 'Ada');
    await adds(page, 'Bob');
    await other.getByRole('textbox', { name: 'Quantity of Glass teapot (Engraving: Ada)' }).fill('3');
    await other.keyboard.press('Enter');
    await other.getByRole('button', { name: 'Remove Glass teapot (Engraving: Bob)' }).click();
    await showsPieces(page, 4);
    await page.context().setOffline(false);
    await saved(page);

    await showsPieces(page, 4);
    await showsPieces(other, 4);
    expect(await stored()).toEqual([
      { engraving: null, quantity: 1 },
      { engraving: 'Ada', quantity: 3 },
    ]);
  });

  it('counts the stock over all lines, and says how many are left', async () => {
    const cups = await shop.product({ sku: 'CUP-STONE-02', name: 'Two cups', stock: 7 });
    const page = await browser.visits(shop);
    await adds(page, 'Ada', cups);
    await adds(page, 'Bob', cups);
    await page.getByRole('link', { name: 'Basket 2 pieces' }).click();

    await page.getByRole('textbox', { name: 'Quantity of Two cups (Engraving: Ada)' }).fill('9');
    await page.keyboard.press('Enter');
    await page.getByText('Two cups (Engraving: Ada): Only 7 left.').waitFor();
    await showsPieces(page, 2);
    await shop.sql('UPDATE products SET stock = 1 WHERE sku = $1', [cups.sku]);
    await page.reload();

    const text =
      'Only 1 left. Reduce the quantity to buy it. This counts for all lines of the product together.';
    await line(page, 'Engraving: Ada').getByText(text).waitFor();
    await line(page, 'Engraving: Bob').getByText(text).waitFor();
  });

  it('is offered again with its engraving after the session has expired', async () => {
    const page = await browser.visits(shop);
    await adds(page, 'Ada');
    await adds(page, 'Bob');
    await saved(page);
    await page.getByRole('link', { name: 'Basket 2 pieces' }).click();
    await shop.expireAll();

    await page.getByRole('button', { name: 'Add one Glass teapot (Engraving: Bob)' }).click();
    await page.getByText('Your basket held these products: Glass teapot (Engraving: Ada).').waitFor();
    await page.getByRole('button', { name: 'Put 1 product back' }).click();
    await showsPieces(page, 3);
    await saved(page);

    expect(await stored()).toEqual([
      { engraving: 'Bob', quantity: 2 },
      { engraving: 'Ada', quantity: 1 },
    ]);
  });

  it('is merged by line at a login', async () => {
    const user = await shop.user();
    const device = await browser.visits(shop);
    await logsIn(device, user);
    await adds(device, 'Ada');
    await saved(device);
    const page = await browser.visits(shop);
    for (const engraving of ['Ada', 'Ada', 'Bob']) await adds(page, engraving);
    await saved(page);

    await logsIn(page, user);
    await page.getByText('Your two baskets were merged').waitFor();

    const rows = await page.locator('.merge tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s*[\t\n]\s*/)).sort()).toEqual([
      ['Glass teapot', 'Engraving: Ada', '2', '1', '2'],
      ['Glass teapot', 'Engraving: Bob', '1', '–', '1'],
    ]);
  });
});
