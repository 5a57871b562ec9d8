import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

describe('a product with a quantity rule', () => {
  let shop: Shop;
  let browser: TestBrowser;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    const packs = { minQuantity: 12, maxQuantity: 24, quantityStep: 6 };
    await shop.product({ name: 'Rooibos', ...packs });
    await shop.product({ sku: 'CUP-STONE-02', name: 'Two cups', ...packs });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const stored = async ({ sku }: Pick<Product, 'sku'>) =>
    shop.sql<{ quantity: number }>(
      `SELECT quantity FROM basket_lines JOIN baskets ON id = basket_id
       WHERE sku = $1 ORDER BY updated_at DESC, added_at`,
      [sku],
    );

  it('is added and changed in allowed quantities, and a refused one says what is allowed', async () => {
    const page = await browser.visits(shop);
    const card = page.getByRole('listitem').filter({ hasText: 'Rooibos' });
    await card.getByText('Sold in packs of 6, at least 12, at most 24.').waitFor();

    await addsToBasket(page, '12 Rooibos');
    await showsPieces(page, 12);
    await addsToBasket(page, '6 Rooibos');
    await page.getByRole('link', { name: 'Basket 18 pieces' }).click();
    await page.getByRole('button', { name: 'Add 6 Rooibos' }).click();
    await showsPieces(page, 24);
    await page.getByRole('button', { name: 'Add 6 Rooibos' }).click();
    await page.getByText('Rooibos: Sold in packs of 6, at least 12, at most 24. Choose 24 pieces.').waitFor();
    await page.getByRole('textbox', { name: 'Quantity of Rooibos' }).fill('13');
    await page.keyboard.press('Enter');
    await page.getByText('Choose 12 or 18 pieces.').waitFor();
    await page.getByRole('button', { name: 'Remove 6 Rooibos' }).click();
    await showsPieces(page, 18);
    await page.getByRole('button', { name: 'Remove 6 Rooibos' }).click();
    await showsPieces(page, 12);
    await page.getByRole('button', { name: 'Remove 12 Rooibos' }).click();

    await page.getByText('Your basket is empty.').waitFor();
    await saved(page);
  });

  it('counts all lines of the product, also when a lost basket is put back', async () => {
    const page = await browser.visits(shop);
    const engrave = async (text: string, pieces: number) => {
      await page.getByLabel('Engraving (optional) of Two cups').fill(text);
      await addsToBasket(page, `${pieces} Two cups`);
    };
    await engrave('Ada', 12);
    await showsPieces(page, 12);
    await engrave('Bob', 6);
    await page.getByRole('link', { name: 'Basket 18 pieces' }).click();

    await page.getByRole('button', { name: 'Remove 6 Two cups (Engraving: Ada)' }).click();
    await saved(page);
    expect(await stored({ sku: 'CUP-STONE-02' })).toEqual([{ quantity: 6 }, { quantity: 6 }]);
    await shop.expireAll();
    await page.reload();
    await page.getByRole('button', { name: 'Put 2 products back' }).click();
    await showsPieces(page, 12);

    expect((await stored({ sku: 'CUP-STONE-02' })).slice(0, 2)).toEqual([{ quantity: 6 }, { quantity: 6 }]);
  });

  it('tells what to do when the rule has changed since the line was added', async () => {
    const page = await browser.visits(shop);
    await addsToBasket(page, '12 Rooibos');
    await saved(page);
    await shop.sql(`UPDATE products SET quantity_step = 8 WHERE name = 'Rooibos'`);
    await page.goto('/basket');

    await page.getByText('Sold in packs of 8, at least 16, at most 24. Choose 16 pieces.').waitFor();
    expect(await page.locator('.totals').textContent()).toContain('1 product that cannot be bought');
    await page.getByRole('button', { name: 'Add 4 Rooibos' }).click();
    await saved(page);

    await page.getByText('Choose 16 pieces.').waitFor({ state: 'detached' });
    await showsPieces(page, 16);
  });
});
