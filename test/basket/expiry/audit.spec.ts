import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AuditService } from '../../../src/basket/expiry/audit.service.js';
import { INVARIANTS } from '../../../src/basket/expiry/invariants.js';
import { Program } from '../../support/program.js';
import { Shop } from '../../support/shop.js';

const EVERYTHING = 'TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE';

describe('baskets:audit', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql(EVERYTHING));
  afterAll(async () => {
    await shop.sql(EVERYTHING);
    await shop.close();
  });

  const cli = (...args: string[]) =>
    Program.run('cli', ['baskets:audit', ...args], { DATABASE_URL: shop.databaseUrl }).ends();
  const found = async () => {
    const { invariants } = await shop.app.get(AuditService).audit();
    return invariants.filter(({ count }) => count > 0).map(({ id }) => id);
  };

  it('reports no violation for a shop that was used', async () => {
    const tea = await shop.product({ stock: 9 });
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [guest, buyer] = [shop.guest(), shop.guest()];
    await guest.adds(tea);
    await guest.logsInAs(ada);
    await buyer.adds(tea);
    await buyer.sends('POST', '/api/basket/submit');
    await buyer.adds(tea);
    await buyer.sends('POST', '/api/basket/freeze');

    const { code, stdout } = await cli();

    expect(code).toBe(0);
    expect(stdout).toContain('All invariants hold.');
    expect(stdout.split('\n')).toHaveLength(INVARIANTS.length + 3);
  });

  it('reports each violation with a count and examples, without secrets, and exits with 1', async () => {
    for (let n = 0; n < 7; n++) await shop.sql('INSERT INTO baskets DEFAULT VALUES');
    const submitted = randomUUID();
    await shop.sql(`INSERT INTO baskets (id, status) VALUES ($1, 'submitted')`, [submitted]);
    await shop.sql(`INSERT INTO sessions (id, expired_at, basket_id) VALUES ('secret', 1, $1)`, [submitted]);

    const { code, stdout } = await cli('--json');

    expect(code).toBe(1);
    const report = JSON.parse(stdout) as {
      isSound: boolean;
      invariants: { id: string; count: number; examples: string[] }[];
    };
    expect(report.isSound).toBe(false);
    const broken = report.invariants.filter(({ count }) => count > 0);
    expect(broken.map(({ id, count, examples }) => [id, count, examples.length])).toEqual([
      ['I1 orphans', 7, 5],
      ['I1 dangling', 1, 1],
      ['I5 orders', 1, 1],
      ['I5 status', 1, 1],
    ]);
    expect(stdout).not.toContain('secret');
    expect((await cli()).stdout).toContain('such as');
  });

  it('detects a violation of every rule, also of those that the database enforces', async () => {
    const tea = await shop.product({ stock: 1 });
    const ada = await shop.user({ basket: [[tea, 1]] });
    const runner = shop.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`
      ALTER TABLE products DROP CONSTRAINT products_stock;
      ALTER TABLE sessions DROP CONSTRAINT sessions_basket_or_user, DROP CONSTRAINT sessions_replaced_is_empty,
        DROP CONSTRAINT sessions_basket_id_fkey;
      ALTER TABLE basket_lines DROP CONSTRAINT basket_lines_pkey, DROP CONSTRAINT basket_lines_basket_id_fkey;
      ALTER TABLE baskets DROP CONSTRAINT baskets_owner_id_fkey;
      DROP INDEX sessions_basket_id, baskets_one_open_per_owner, idempotency_keys_user_id_key;
      UPDATE products SET stock = -1, reserved = 1;
      INSERT INTO stock_reservations SELECT gen_random_uuid(), sku, 2, now() FROM products;
      UPDATE baskets SET version = 0;
      INSERT INTO baskets (owner_id, status) VALUES ('${ada.id}', 'open'), ('${randomUUID()}', 'frozen');
      INSERT INTO baskets (status) VALUES ('open'), ('submitted');
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added) SELECT basket_id, sku, 1, 1 FROM basket_lines;
      INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added) VALUES (gen_random_uuid(), 'x', 1, 1);
      UPDATE sessions SET basket_id = (SELECT id FROM baskets WHERE owner_id = '${ada.id}' LIMIT 1);
      INSERT INTO sessions (id, expired_at, basket_id) SELECT 'other', 1, basket_id FROM sessions LIMIT 1;
      INSERT INTO idempotency_keys (user_id, key, request_hash, status) SELECT '${ada.id}', 'x', 'x', 201 FROM generate_series(1, 2)`);

    const broken = [];
    for (const { id, broken: sql } of INVARIANTS) {
      if ((await runner.manager.query<object[]>(sql)).length > 0) broken.push(id);
    }
    await runner.rollbackTransaction();
    await runner.release();

    expect(broken).toEqual(INVARIANTS.map(({ id }) => id));
    expect(await found()).toEqual([]);
  });
});
