import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { DataSource } from 'typeorm';
import { BasketImport, type BasketImportReport } from '../../src/oscar-import/basket-import.service.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { Program } from '../support/program.js';
import { djangoSession, OldShop } from '../support/oscar.js';
import { PASSWORD, Shop } from '../support/shop.js';

const SECRET = 'a secret that both shops know';

describe('baskets:import', () => {
  let shop: Shop;
  let old: OldShop;
  beforeAll(async () => {
    shop = await Shop.open({ SESSION_SECRET: SECRET });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    old = await OldShop.open();
  });
  afterEach(() => old.close());
  afterAll(() => shop.close());

  const cli = async (...args: string[]) => {
    const variables = { DATABASE_URL: shop.databaseUrl, SESSION_SECRET: SECRET };
    return Program.run('cli', ['baskets:import', ...args], variables).ends();
  };
  const imports = async (...args: string[]) => {
    const { code, stdout, stderr } = await cli('--from', old.url, '--json', ...args);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as BasketImportReport;
  };

  it('imports baskets with an owner or an active session, skips the others, and reports why', async () => {
    const tea = await shop.product({ unitPriceMinor: 450 });
    const [ada, bob] = [await old.user('Ada@Example.com'), await old.user('bob@example.com')];
    const [stock, cup] = [await old.stock(tea.sku), await old.stock('', 'CUP-UPC')];
    await old.basket({
      owner: ada,
      createdAt: '2024-01-02',
      lines: [
        [stock, 2, '4.30'],
        [cup, 1, '16.5'],
        [stock, 1, '4.50'],
      ],
    });
    await old.basket({ owner: ada, createdAt: '2023-01-02', lines: [[cup, 9, '1.00']] });
    await old.basket({ owner: bob, status: 'Submitted', lines: [[cup, 1, '1.00']] });
    await old.basket({ owner: await old.user('no address'), lines: [[cup, 1, '1.00']] });
    await old.basket({ owner: await old.user('carl@example.com'), lines: [[cup, 1, '1.00', 'USD']] });
    const active = await old.basket({ lines: [[cup, 3, '16.50']] });
    const orphan = await old.basket({ lines: [[cup, 1, '1.00']] });
    await old.basket({ lines: [[cup, 1, '1.00']] });
    await old.session('active', djangoSession.deflated({ oscar_open_basket: active }));
    await old.session('gone', djangoSession.plain({ oscar_open_basket: orphan }), '-1 day');
    await old.session('broken', 'x');

    const report = await imports();

    expect(report).toEqual({
      dryRun: false,
      taken: { ownedBaskets: 1, guestBaskets: 1, users: 1, lines: 4 },
      left: {
        baskets: {
          withoutLivingSession: 2,
          notOpen: 1,
          ownerHasNewerBasket: 1,
          ownerWithoutEmail: 1,
          empty: 1,
        },
        lines: { inAnotherCurrency: 1, ofABasketLeftBehind: 2 },
        sessions: { unreadable: 1 },
        passwords: { unusable: 1 },
      },
    });
    expect(await shop.sql(`SELECT email, display_name FROM users`)).toEqual([
      { email: 'ada@example.com', display_name: 'Ada' },
    ]);
    const lines = await shop.sql(
      `SELECT sku, quantity, unit_price_minor_when_added AS price FROM basket_lines ORDER BY quantity, sku`,
    );
    expect(lines).toEqual([
      { sku: 'CUP-UPC', quantity: 1, price: 1650 },
      { sku: 'CUP-UPC', quantity: 3, price: 1650 },
      { sku: tea.sku, quantity: 3, price: 430 },
    ]);
    expect(await shop.count('sessions')).toBe(1);
    expect(await old.count('basket_basket')).toBe(8);
  });

  it('accepts the cookie that the old shop hands over for a guest', async () => {
    const key = 'abcdefghij0123456789abcdefghij01';
    const cup = await shop.product({ sku: 'CUP', unitPriceMinor: 100 });
    const basket = await old.basket({ lines: [[await old.stock('CUP'), 2, '1.00']] });
    await old.session(key, djangoSession.plain({ oscar_open_basket: basket }));
    await imports();
    // The old shop signs like this: see docs/adopting.md.
    const signature = createHmac('sha256', SECRET).update(key).digest('base64').replace(/=+$/, '');
    const guest = shop.guest().carries(`sid=${encodeURIComponent(`s:${key}.${signature}`)}`);

    await guest.adds(cup);

    expect(await guest.quantities()).toEqual({ CUP: 3 });
    await shop.expireAll();
    await shop.removeExpired();
    expect(await shop.count('baskets')).toBe(0);
  });

  it('lets an owner log in with the old password, and rehashes it', async () => {
    const salt = 'c4mbVnAxsBdZ';
    const derived = pbkdf2Sync(PASSWORD, salt, 1_000, 32, 'sha256').toString('base64');
    const ada = await old.user('ada@example.com', `pbkdf2_sha256$1000$${salt}$${derived}`);
    await old.user('bob@example.com', '!');
    await old.basket({ owner: ada, lines: [[await old.stock('CUP'), 2, '1.00']] });
    await imports();
    const client = shop.guest();
    const wrong = { email: 'ada@example.com', password: 'wrong horse battery' };

    expect((await client.sends('POST', '/api/auth/login', wrong)).status).toBe(401);
    await client.logsInAs({ email: 'ada@example.com', password: PASSWORD });

    expect(await client.quantities()).toEqual({ CUP: 2 });
    const [user] = await shop.sql<{ password_hash: string }>('SELECT password_hash FROM users');
    expect(user?.password_hash).toMatch(/^\$argon2id\$/);
    await shop.guest().logsInAs({ email: 'ada@example.com', password: PASSWORD });
  });

  it('imports a user without a password when its hash is malformed or too costly, and counts it', async () => {
    const [salt, digest] = ['c2FsdHNhbHRzYWx0', 'A'.repeat(43)];
    const hashes: Record<string, string> = {
      'ada@example.com': `argon2$argon2id$v=19$m=102400,t=2,p=8$${salt}$${digest}`,
      'bob@example.com': `argon2$argon2id$v=19$m=4294967295,t=2,p=8$${salt}$${digest}`,
      'carl@example.com': `pbkdf2_sha256$999999999$salt$${digest}=`,
      'dora@example.com': 'argon2$garbage',
    };
    const stock = await old.stock('X');
    for (const [email, password] of Object.entries(hashes)) {
      await old.basket({ owner: await old.user(email, password), lines: [[stock, 1, '1.00']] });
    }

    const report = await imports();

    expect(report).toMatchObject({
      taken: { ownedBaskets: 4, users: 4 },
      left: { passwords: { unusable: 3 } },
    });
    expect(await shop.sql('SELECT email, password_hash FROM users ORDER BY email')).toEqual(
      Object.entries(hashes).map(([email, hash]) => ({
        email,
        password_hash: email.startsWith('ada') ? hash : '!',
      })),
    );
  });

  it("imports nothing a second time, and never replaces a user's present basket", async () => {
    const tea = await shop.product({ sku: 'TEA' });
    const ada = await shop.user({ basket: [[tea, 1]] });
    const stock = await old.stock('TEA');
    await old.basket({ owner: await old.user(ada.email.toUpperCase()), lines: [[stock, 5, '1.00']] });
    await old.basket({ owner: await old.user('bob@example.com'), lines: [[stock, 5, '1.00']] });
    const basket = await old.basket({ lines: [[stock, 5, '1.00']] });
    await old.session('active', djangoSession.old({ oscar_open_basket: basket }));

    const first = await imports();
    const second = await imports();

    expect(first).toMatchObject({ taken: { ownedBaskets: 1, guestBaskets: 1 } });
    expect(first.left.baskets).toEqual({ ownerHasBasket: 1 });
    expect(second.taken).toEqual({ ownedBaskets: 0, guestBaskets: 0, users: 0, lines: 0 });
    expect(second.left.baskets).toEqual({ ownerHasBasket: 2, alreadyTaken: 1 });
    expect(await shop.basketOf(ada)).toEqual({ TEA: 1 });
    expect(await shop.count('baskets')).toBe(3);
  });

  it('imports a basket beside one that its owner is paying for', async () => {
    const tea = await shop.product({ sku: 'TEA' });
    const ada = await shop.user({ basket: [[tea, 1]] });
    await shop.sql(`UPDATE baskets SET status = 'frozen', frozen_at = now()`);
    await old.basket({ owner: await old.user(ada.email), lines: [[await old.stock('CUP'), 2, '1.00']] });

    expect((await imports()).taken).toMatchObject({ ownedBaskets: 1, users: 0 });
    const lines = await shop.sql(
      'SELECT status, sku, quantity FROM baskets JOIN basket_lines ON basket_id = id ORDER BY sku',
    );
    expect(lines).toEqual([
      { status: 'open', sku: 'CUP', quantity: 2 },
      { status: 'frozen', sku: 'TEA', quantity: 1 },
    ]);
  });

  it('reports the same with --dry-run, and changes nothing', async () => {
    await old.basket({
      owner: await old.user('ada@example.com'),
      lines: [[await old.stock('X'), 1, '1.00']],
    });

    const dry = await imports('--dry-run');

    expect(dry).toMatchObject({ dryRun: true, taken: { ownedBaskets: 1, users: 1, lines: 1 } });
    expect([await shop.count('users'), await shop.count('baskets')]).toEqual([0, 0]);
  });

  it('imports nothing when it is interrupted, or when a row cannot be stored', async () => {
    const stock = await old.stock('X');
    await old.basket({ owner: await old.user('ada@example.com'), lines: [[stock, 1, '1.00']] });
    const options = { from: old.url, users: 'auth_user', dryRun: false };
    const baskets = new BasketImport(shop.app.get(DataSource), {
      currency: 'EUR',
      sessionTtlSeconds: 60,
    } as never);

    await expect(baskets.import({ ...options, signal: AbortSignal.abort() })).rejects.toThrow('abort');
    const controller = new AbortController();
    const onProgress = () => controller.abort();
    await expect(baskets.import({ ...options, signal: controller.signal, onProgress })).rejects.toThrow(
      'abort',
    );
    await shop.sql(`ALTER TABLE basket_lines ADD CONSTRAINT never CHECK (sku <> 'X')`);
    await expect(baskets.import(options)).rejects.toThrow('never');
    await shop.sql('ALTER TABLE basket_lines DROP CONSTRAINT never');

    expect([await shop.count('users'), await shop.count('baskets')]).toEqual([0, 0]);
    expect(await baskets.import(options)).toMatchObject({ taken: { ownedBaskets: 1 } });
  });

  it('refuses a database that is no such shop, and reports what is missing', async () => {
    await old.sql('DROP TABLE partner_stockrecord');
    const missing = await cli('--from', old.url);
    const custom = await cli('--from', old.url, '--users', 'my"users');
    const url = await cli('--from', 'mysql://x/y');

    expect([missing.code, custom.code, url.code]).toEqual([1, 1, 1]);
    expect(missing.stderr).toContain('no table partner_stockrecord');
    expect(url.stderr).toContain('postgres://user');
    expect((await cli()).stderr).toContain('--from');
  });

  it('refuses tables that still have the keys of the earlier version', async () => {
    await shop.sql(`CREATE INDEX baskets_one_per_owner ON baskets (owner_id)`);
    const { code, stderr } = await cli('--from', old.url);
    await shop.sql('DROP INDEX baskets_one_per_owner');

    expect([code, stderr]).toEqual([1, expect.stringContaining('run the migrations')]);
  });

  it('works without the table of sessions, for shops that keep them in a cache', async () => {
    await old.sql('DROP TABLE django_session');
    await old.basket({ lines: [[await old.stock('X'), 1, '1.00']] });

    expect((await imports()).left.baskets).toEqual({ withoutLivingSession: 1 });
  });

  it('exits with 1 and one sentence when the connection to the old shop ends, and imports nothing', async () => {
    await old.basket({
      owner: await old.user('ada@example.com'),
      lines: [[await old.stock('TEA'), 1, '4.50']],
    });
    const proxy = await DatabaseProxy.before(old.url);
    proxy.cutAt(/^COPY/, 'answer');

    const { code, stdout, stderr } = await cli('--from', proxy.url, '--json');
    await proxy.close();

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe('Connection terminated unexpectedly\n');
    expect(await shop.count('users')).toBe(0);
  });
});
