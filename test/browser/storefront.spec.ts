import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, anotherTab, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { eventually } from '../support/eventually.js';
import { Shop } from '../support/shop.js';

describe('the storefront', () => {
  let shop: Shop;
  let browser: TestBrowser;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  const product = (properties: Partial<Product> = {}) =>
    shop.product({ name: `Tea ${randomUUID().slice(0, 8)}`, unitPriceMinor: 430, ...properties });

  it('finds a product, adds it to the basket, and still has it after a reload', async () => {
    const tea = await product({ name: 'Ashwagandha' });
    const page = await browser.visits(shop);

    await page.getByRole('searchbox').fill('ashwa');
    await page.waitForURL('**/?q=ashwa');
    await addsToBasket(page, tea.name);
    await showsPieces(page, 1);
    await saved(page);
    await page.reload();

    await showsPieces(page, 1);
    expect(await page.getByRole('listitem').filter({ hasText: tea.name }).textContent()).toContain(
      '1 in basket',
    );
    expect(await shop.count('basket_lines', `sku = '${tea.sku}' AND quantity = 1`)).toBe(1);
  });

  it('stores nothing for a visitor who only reads', async () => {
    const sessions = await shop.count('sessions');
    const page = await browser.visits(shop, '/basket');

    await page.getByText('Your basket is empty.').waitFor();

    expect(await page.context().cookies()).toEqual([]);
    expect(await shop.count('sessions')).toBe(sessions);
  });

  it('sends the first clicks one after the other, so that all of them share one session', async () => {
    const tea = await product();
    const sessions = await shop.count('sessions');
    const page = await browser.visits(shop);
    const button = page.getByRole('button', { name: `Add ${tea.name} to the basket` });

    await Promise.all([button.click(), button.click(), button.click()]);
    await showsPieces(page, 3);
    await saved(page);

    expect(await shop.count('sessions')).toBe(sessions + 1);
    expect(await shop.count('basket_lines', `sku = '${tea.sku}' AND quantity = 3`)).toBe(1);
  });

  it('shows an add before the shop responds, and undoes it when the shop refuses', async () => {
    const tea = await product({ stock: 1 });
    const page = await browser.visits(shop);
    await addsToBasket(page, tea.name);
    await saved(page);
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/basket/lines', async (route) => {
      await held;
      await route.continue();
    });

    await addsToBasket(page, tea.name);
    await showsPieces(page, 2);
    release();

    await page.getByText(`${tea.name}: Only 1 left.`).waitFor();
    await showsPieces(page, 1);
  });

  it('changes quantities, removes lines, and updates the total', async () => {
    const [tea, pot] = [await product(), await product({ unitPriceMinor: 2_490 })];
    const page = await browser.visits(shop);
    for (const { name } of [tea, pot]) await addsToBasket(page, name);
    await page.getByRole('link', { name: /^Basket \d/ }).click();

    await page.getByRole('button', { name: `Add one ${tea.name}` }).click();
    await page.getByText('€33.50').waitFor();
    await page.getByRole('textbox', { name: `Quantity of ${tea.name}` }).fill('5');
    await page.keyboard.press('Enter');
    await page.getByText('€46.40').waitFor();
    await page.getByRole('button', { name: `Remove ${pot.name}` }).click();
    await page.getByRole('listitem').filter({ hasText: pot.name }).waitFor({ state: 'detached' });
    await saved(page);

    expect(await page.locator('.totals').textContent()).toBe('Total€21.50');
    expect(await page.getByText('Kept until').textContent()).toMatch(
      /^This basket is kept until \d+ \w+ at \d\d:\d\d\. Each visit/,
    );
    expect(await shop.count('basket_lines', `sku = '${tea.sku}' AND quantity = 5`)).toBe(1);
    expect(await shop.count('basket_lines', `sku = '${pot.sku}'`)).toBe(0);
  });

  it('shows changes of price and stock, and products that are no longer for sale', async () => {
    const [dearer, scarce, gone] = [await product(), await product({ stock: 9 }), await product()];
    const page = await browser.visits(shop);
    for (const { name } of [dearer, scarce, gone]) await addsToBasket(page, name);
    await page.goto('/basket');
    await page.getByRole('textbox', { name: `Quantity of ${scarce.name}` }).fill('9');
    await page.keyboard.press('Enter');
    await saved(page);
    await shop.sql('UPDATE products SET unit_price_minor = 450 WHERE sku = $1', [dearer.sku]);
    await shop.sql('UPDATE products SET stock = 3 WHERE sku = $1', [scarce.sku]);
    await shop.sql('UPDATE products SET is_active = false WHERE sku = $1', [gone.sku]);

    await page.reload();

    const line = ({ name }: Product) => page.getByRole('listitem').filter({ hasText: name });
    await line(scarce).getByText('Only 3 left. Reduce the quantity to buy it.').waitFor();
    await line(dearer).getByText('The price rose from €4.30 to €4.50.').waitFor();
    await line(gone).getByText('Not for sale any more. The total does not include it.').waitFor();
    expect(await page.locator('.totals').textContent()).toBe(
      'Total without 2 products that cannot be bought€4.50',
    );
  });

  it('shows changes of one tab in the other', async () => {
    const tea = await product();
    const first = await browser.visits(shop);
    const second = await anotherTab(first, '/basket');
    await second.getByText('Your basket is empty.').waitFor();

    await addsToBasket(first, tea.name);
    await second.getByRole('button', { name: `Add one ${tea.name}` }).click();
    await showsPieces(first, 2);
    await Promise.all([
      addsToBasket(first, tea.name),
      second.getByRole('button', { name: `Add one ${tea.name}` }).click(),
    ]);
    await saved(first);

    expect(await shop.count('basket_lines', `sku = '${tea.sku}'`)).toBe(1);
    const shown = (page: Page) => page.getByRole('link', { name: /^Basket \d/ }).textContent();
    await eventually(async () => (await shown(first)) === (await shown(second)));
  });

  it('can be used by keyboard alone', async () => {
    const tea = await product({ name: 'Zitrone' });
    const page = await browser.visits(shop, '/?q=zitrone');
    await page.getByRole('button', { name: `Add ${tea.name} to the basket` }).waitFor();
    const reach = async (name: RegExp) => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        const label = await page.evaluate<string>(
          "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent",
        );
        if (name.test(label)) return;
      }
      throw new Error(`Not reached: ${name}`);
    };

    await reach(/^Skip to the content/);
    await page.keyboard.press('Enter');
    await reach(/Add Zitrone to/);
    await page.keyboard.press('Enter');
    await showsPieces(page, 1);
    await reach(/^Basket \d/);
    await page.keyboard.press('Enter');
    await reach(/Add one Zitrone/);
    await page.keyboard.press('Enter');
    await showsPieces(page, 2);
    await saved(page);
    await reach(/^Go to checkout/);
    await page.keyboard.press('Enter');
    await page.getByText('These prices stay the same while you pay.').waitFor();
    await reach(/^Order and pay/);
    await page.keyboard.press('Enter');
    await reach(/^Place the order/);
    await page.keyboard.press('Enter');

    await page.getByText('Thank you for your order').waitFor();
    expect(await shop.count('baskets', "status = 'submitted'")).toBe(1);
  });
});
