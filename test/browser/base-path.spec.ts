import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDemoProducts } from '../../src/catalogue/demo-products.js';
import { addsToBasket, saved, screenshotFile, showsPieces, TestBrowser } from '../support/browser.js';
import { Shop } from '../support/shop.js';

const PREFIX = '/shop/basket';

describe('the pages below a path of another host', () => {
  let shop: Shop;
  let browser: TestBrowser;
  beforeAll(async () => {
    shop = await Shop.open({ BASE_PATH: PREFIX });
    await addDemoProducts(shop.dataSource, PREFIX);
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('keep the visitor below the path while adding, reloading the basket and logging in', async () => {
    const user = await shop.user();
    const page = await browser.visits(shop, PREFIX);
    const outside: string[] = [];
    page.on('response', (response) => {
      const { pathname } = new URL(response.url());
      if (!pathname.startsWith(`${PREFIX}/`) || response.status() >= 500) outside.push(pathname);
    });

    await addsToBasket(page, 'Green tea');
    await showsPieces(page, 1);
    await saved(page);
    await page.screenshot({ path: screenshotFile('base-path-catalogue') });
    await page.getByRole('link', { name: 'Basket 1 piece' }).click();
    await page.waitForURL(`**${PREFIX}/basket`);
    await page.reload();
    await page.getByRole('heading', { name: 'Green tea' }).or(page.getByText('Green tea')).first().waitFor();
    await page.screenshot({ path: screenshotFile('base-path-basket') });
    await page.getByRole('link', { name: 'Log in', exact: true }).first().click();
    await page.waitForURL(`**${PREFIX}/login`);
    await page.getByLabel('Email').fill(user.email);
    await page.getByLabel('Password').fill(user.password);
    await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
    await page.waitForURL(`**${PREFIX}/basket`);

    await showsPieces(page, 1);
    expect(await shop.basketOf(user)).toEqual({ 'TEA-GREEN-100': 1 });
    expect(outside).toEqual([]);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'sid', path: '/' });
    const keys = await page.evaluate<string[]>('Object.keys(localStorage)');
    expect(keys).toContain(`basketkeeper${PREFIX}.known`);
    expect(keys.every((key) => key.startsWith(`basketkeeper${PREFIX}.`))).toBe(true);
  });

  it('show every picture of the catalogue', async () => {
    const page = await browser.visits(shop, `${PREFIX}/`);
    await page.getByRole('button', { name: 'Add Green tea to the basket' }).waitFor();
    await page.waitForLoadState('networkidle');

    const sources = await page.evaluate<string[]>(
      '[...document.images].filter((image) => image.complete && image.naturalWidth === 0).map((image) => image.src)',
    );

    expect(sources).toEqual([]);
    expect(await page.locator(`img[src^="${PREFIX}/products/tea-"]`).count()).toBeGreaterThan(0);
  });

  it('link to an explorer that sends its requests below the path', async () => {
    const page = await browser.visits(shop, `${PREFIX}/`);
    await page.getByRole('link', { name: 'Explore the API' }).click();
    const operation = page.locator('.opblock').filter({ has: page.locator('[data-path="/api/products"]') });
    await operation.locator('.opblock-summary-control').click();
    const answered = page.waitForResponse((response) => response.url().includes('/api/products'));
    await operation.getByRole('button', { name: 'Execute' }).click();

    const response = await answered;

    expect([new URL(response.url()).pathname, response.status()]).toEqual([`${PREFIX}/api/products`, 200]);
  });
});
