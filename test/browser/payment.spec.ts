import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { Product } from '../../src/catalogue/product.entity.js';
import { addsToBasket, anotherTab, logsIn, saved, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop, type TestUser } from '../support/shop.js';

describe('a payment', () => {
  let shop: Shop;
  let browser: TestBrowser;
  let tea: Product;
  let pot: Product;
  beforeAll(async () => {
    shop = await Shop.open();
    browser = await TestBrowser.launch();
    tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450, stock: 8 });
    pot = await shop.product({ name: 'Iron teapot', unitPriceMinor: 4_950, stock: 8 });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });
  afterEach(async () => {
    await shop.sql('DELETE FROM stock_reservations');
    await shop.sql('UPDATE products SET stock = 8, reserved = 0, is_active = true, quantity_step = 1');
  });

  /** Adds one piece of each product and goes to the checkout. */
  const pays = async (page: Page, ...products: Product[]) => {
    await page.goto('/');
    for (const { name } of products) await addsToBasket(page, name);
    await saved(page);
    await page.goto('/basket');
    await page.getByRole('button', { name: 'Go to checkout' }).click();
  };
  const isHeld = (page: Page) => page.getByText('The products are held for you until').waitFor();
  const payment = (page: Page) => page.getByRole('region', { name: 'Payment under way' });
  const orders = async (page: Page, place: Page | ReturnType<typeof payment> = page) => {
    await place.getByRole('button', { name: 'Order and pay' }).click();
    await page.getByRole('button', { name: 'Place the order' }).click();
  };
  const basketsOf = async ({ id }: TestUser) =>
    shop.sql<{ status: string; skus: string[] }>(
      `SELECT status, array_agg(sku ORDER BY sku) AS skus FROM baskets JOIN basket_lines ON basket_id = id
       WHERE owner_id = $1 GROUP BY id ORDER BY id`,
      [id],
    );

  it('holds the products, and lets them go when the visitor changes the basket', async () => {
    await shop.sql('UPDATE products SET stock = 1 WHERE sku = $1', [pot.sku]);
    const page = await browser.visits(shop);
    const other = await browser.visits(shop);

    await pays(page, pot);
    await isHeld(page);
    await other.reload();
    await other.getByText('Sold out').waitFor();
    await page.getByRole('button', { name: 'Change the basket' }).click();
    await page.getByRole('button', { name: 'Go to checkout' }).waitFor();
    await other.reload();

    await other.getByText('Only 1 left').waitFor();
  });

  it('says that the products are not held any more when the time has ended', async () => {
    const page = await browser.visits(shop);
    await page.clock.install();
    await pays(page, tea);
    await isHeld(page);

    await page.clock.fastForward('16:00');

    await page.getByText('The products are not held any more. You can order them').waitFor();
  });

  it('does not begin when a product is short, not for sale, or of another quantity, and says why', async () => {
    const page = await browser.visits(shop);
    await pays(page, tea, pot);
    await page.getByRole('button', { name: 'Change the basket' }).click();
    const checkout = page.getByRole('button', { name: 'Go to checkout' });
    await checkout.waitFor();
    await page.getByRole('button', { name: 'Add one Green tea' }).click();
    await saved(page);

    await shop.sql('UPDATE products SET stock = 1 WHERE sku = $1', [tea.sku]);
    await shop.sql('UPDATE products SET stock = 0 WHERE sku = $1', [pot.sku]);
    await checkout.click();
    await page.getByText('Green tea: Only 1 left.').waitFor();
    await page.getByText('Iron teapot: This product is sold out.').waitFor();
    await page.getByText('Only 1 left. Reduce the quantity to buy it.').waitFor();
    await shop.sql('UPDATE products SET stock = 8, quantity_step = 6 WHERE sku = $1', [tea.sku]);
    await checkout.click();
    await page.getByText('Green tea: This quantity is not for sale.').waitFor();
    await page.reload();
    await page.getByText('Sold in packs of 6. Choose 6 pieces.').waitFor();
    await checkout.waitFor();
  });

  it('names a product that has left the shop when the order is placed', async () => {
    const page = await browser.visits(shop);
    await pays(page, tea);
    await isHeld(page);
    await shop.sql('UPDATE products SET is_active = false WHERE sku = $1', [tea.sku]);

    await orders(page);

    await page.getByText('Green tea: Not for sale any more. Remove it to continue.').waitFor();
  });

  it('goes on beside the open basket after a login in another tab, and is ordered', async () => {
    const user = await shop.user({ basket: [[tea, 2]] });
    const page = await browser.visits(shop);
    await pays(page, pot);
    await isHeld(page);

    const other = await anotherTab(page);
    await logsIn(other, user);

    for (const tab of [page, other]) {
      await showsPieces(tab, 2);
      await payment(tab).getByText('1 × Iron teapot').waitFor();
    }
    await page.reload();
    await orders(page, payment(page));
    await page.getByText('Thank you for your order').waitFor();
    await payment(other).waitFor({ state: 'detached' });
    await showsPieces(other, 2);
    expect(await basketsOf(user)).toEqual([
      { status: 'open', skus: [tea.sku] },
      { status: 'submitted', skus: [pot.sku] },
    ]);
  });

  it('is cancelled beside the open basket, and its products are added to it', async () => {
    const user = await shop.user({ basket: [[tea, 2]] });
    const page = await browser.visits(shop);
    await pays(page, pot);
    await isHeld(page);
    await logsIn(page, user);

    await payment(page).getByRole('button', { name: 'Cancel the payment' }).click();

    await showsPieces(page, 3);
    await payment(page).waitFor({ state: 'detached' });
    expect(await basketsOf(user)).toEqual([{ status: 'open', skus: [tea.sku, pot.sku].sort() }]);
  });

  it('is the basket of an account without another one, also after a login', async () => {
    const user = await shop.user();
    const page = await browser.visits(shop);
    await pays(page, pot);
    await isHeld(page);

    await logsIn(page, user);

    await page.getByText('Your payment goes on.').waitFor();
    await isHeld(page);
    await orders(page);
    await page.getByText('Thank you for your order').waitFor();
    expect(await basketsOf(user)).toEqual([{ status: 'submitted', skus: [pot.sku] }]);
  });

  it('of another device is shown before a second order is placed', async () => {
    const user = await shop.user();
    const first = await browser.visits(shop);
    await logsIn(first, user);
    await pays(first, pot);
    await isHeld(first);
    const second = await browser.visits(shop);
    await addsToBasket(second, tea.name);
    await saved(second);
    await logsIn(second, user);
    await second.goto('/basket');
    await second.getByRole('button', { name: 'Go to checkout' }).click();
    await isHeld(second);

    await orders(second);
    await second.getByText('You are paying for another basket too.').waitFor();
    await payment(second).getByText('1 × Iron teapot').waitFor();
    await orders(second, payment(second));
    await second.getByText('Thank you for your order').waitFor();
    await first.getByRole('button', { name: 'Change the basket' }).click();
    await first.getByText('This payment has ended.').waitFor();

    expect(await basketsOf(user)).toEqual([
      { status: 'submitted', skus: [pot.sku] },
      { status: 'frozen', skus: [tea.sku] },
    ]);
  });

  it('is not shown to the next visitor after a logout', async () => {
    const user = await shop.user({ basket: [[tea, 1]] });
    const page = await browser.visits(shop);
    await pays(page, pot);
    await isHeld(page);
    await logsIn(page, user);
    await payment(page).waitFor();

    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('link', { name: 'Log in' }).waitFor();
    await page.goto('/basket');

    await page.getByText('Your basket is empty.').waitFor();
    expect(await payment(page).count()).toBe(0);
    expect(await page.evaluate('JSON.stringify(localStorage)')).not.toContain(pot.sku);
  });
});
