import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logsIn, TestBrowser } from '../support/browser.js';
import { freePort } from '../support/free-port.js';
import { Shop, type TestUser } from '../support/shop.js';

describe('the pages of the operations port, in production', () => {
  let shop: Shop;
  let baseURL: string;
  let browser: TestBrowser;
  let admin: TestUser;
  beforeAll(async () => {
    const port = await freePort();
    baseURL = `http://localhost:${port}`;
    shop = await Shop.open({
      NODE_ENV: 'production',
      SESSION_SECRET: 's'.repeat(32),
      JWT_SECRET: 'j'.repeat(32),
      OPERATIONS_PORT: port,
    });
    admin = await shop.user();
    await shop.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [admin.id]);
    browser = await TestBrowser.launch();
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  it('let an admin log in over a tunnel, open the operations page and log out', async () => {
    const page = await browser.visits(shop, '/', { baseURL });
    await page.waitForURL('**/login?to=/operations');

    await logsIn(page, admin, '/login?to=/operations');

    await page.getByText('✓ The cleanup keeps up').waitFor();
    expect(new URL(page.url()).pathname).toBe('/operations');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'operations-sid', secure: false, httpOnly: true, sameSite: 'Lax' });
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.waitForURL('**/login?to=/operations');
    expect(await page.context().cookies()).toEqual([]);
  });

  it('show no shop', async () => {
    const page = await browser.visits(shop, '/basket', { baseURL });

    await page.getByRole('heading', { name: 'This page does not exist' }).waitFor();
    expect(await page.getByRole('link', { name: /basket \d|orders|register|shop/i }).count()).toBe(0);
    await page.getByRole('link', { name: 'Back to the start' }).click();
    await page.waitForURL('**/login?to=/operations');
    expect(await page.getByText(/basket is kept|register/i).count()).toBe(0);
  });
});
