import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { eventually } from './eventually.js';
import type { Shop, TestUser } from './shop.js';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * Chromium sends nothing to other machines, and runs without a sandbox, which root and most
 * containers do not get.
 */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const SCREENSHOTS = join(import.meta.dirname, '../../screenshots');

/** A real browser. Each visitor in it has separate cookies and storage. */
export class TestBrowser {
  private readonly complaints: string[] = [];

  private constructor(private readonly browser: Browser) {}

  /** @throws Error that explains how to install a browser when there is none */
  static async launch(): Promise<TestBrowser> {
    const executablePath = process.env.CHROMIUM ?? PLACES.find((place) => existsSync(place));
    if (!executablePath) {
      throw new Error(
        'There is no Chromium: install one (Debian: apt-get install chromium) or name it in the variable CHROMIUM.',
      );
    }
    return new TestBrowser(await chromium.launch({ executablePath, args: FLAGS }));
  }

  /** Opens a page of the shop in a tab of a new visitor. */
  async visits(shop: Shop, path = '/', options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.browser.newContext({ baseURL: shop.url, ...options });
    context.setDefaultTimeout(10_000);
    context.on('weberror', (error) => this.complaints.push(error.error().message));
    context.on('console', (message) => {
      if (/Content Security Policy|Warning:/.test(message.text())) this.complaints.push(message.text());
    });
    return openTab(await context.newPage(), path);
  }

  /** @throws Error when a page had an uncaught error, or violated the content security policy */
  async close(): Promise<void> {
    await this.browser.close();
    if (this.complaints.length > 0) throw new Error(this.complaints.join('\n'));
  }
}

/** Opens another tab of the same visitor. */
export async function anotherTab(page: Page, path = '/'): Promise<Page> {
  return openTab(await page.context().newPage(), path);
}

async function openTab(page: Page, path: string): Promise<Page> {
  await page.goto(path);
  return page;
}

export async function addsToBasket(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Add ${name} to the basket` }).click();
}

/** Waits until the shop has confirmed all changes of the visitor. */
export async function saved(page: Page): Promise<void> {
  await eventually(() =>
    page.evaluate<boolean>("Object.keys(localStorage).every((key) => !key.includes('.outbox.'))"),
  );
}

/** Waits until the header shows this number of pieces. */
export async function showsPieces(page: Page, quantity: number): Promise<void> {
  const name = `Basket ${quantity} ${quantity === 1 ? 'piece' : 'pieces'}`;
  await page.getByRole('link', { name, exact: true }).waitFor();
}

export async function logsIn(page: Page, { email, password }: TestUser, path = '/login'): Promise<void> {
  await page.goto(path);
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('main').getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('button', { name: 'Log out' }).waitFor();
}

/** The file for a screenshot of a page. The folder is not committed. */
export function screenshotFile(name: string): string {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return join(SCREENSHOTS, `${name}.png`);
}
