import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import { ClockCheck } from '../../../src/database/clock-check.service.js';
import { Problem } from '../../../src/problem/problem.js';
import type { Client } from '../../support/client.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop, type TestUser } from '../../support/shop.js';

describe('the end of a frozen basket with an owner', () => {
  let shop: Shop;
  let ada: TestUser;
  let client: Client;
  let tea: Product;
  let cup: Product;
  beforeAll(async () => {
    shop = await Shop.open({ FROZEN_TTL_SECONDS: '3600', BASKET_MERGE_STRATEGY: 'sum' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    [tea, cup] = [await shop.product({ unitPriceMinor: 450 }), await shop.product()];
    ada = await shop.user();
    client = shop.guest();
    await client.logsInAs(ada);
  });
  afterAll(() => shop.close());

  /** Gives the user a frozen basket beside the others. */
  const pays = async (user: TestUser, product: Product, quantity = 1) => {
    const guest = shop.guest();
    const { id } = await guest.adds(product, quantity);
    await guest.sends<BasketDto>('POST', '/api/basket/freeze');
    await guest.logsInAs(user);
    return String(id);
  };
  const ageAll = () =>
    shop.sql(`UPDATE baskets SET frozen_at = now() - interval '3601 s' WHERE status = 'frozen'`);
  const others = async (count: number) => {
    const users = [];
    for (let n = 0; n < count; n++) {
      const user = await shop.user();
      await pays(user, tea, 2);
      users.push(user);
    }
    return users;
  };

  it('merges it into the open one, by the shop’s strategy', async () => {
    const { id } = await client.adds(tea, 2);
    await pays(ada, tea, 3);
    await pays(ada, cup);
    await ageAll();
    await shop.sql('UPDATE products SET unit_price_minor = 500 WHERE sku = $1', [tea.sku]);

    expect(await shop.removeExpired()).toMatchObject({ baskets: 0 });

    expect(await client.basket()).toMatchObject({
      id,
      status: 'open',
      version: 3,
      lastMerge: null,
      lines: [
        { sku: tea.sku, quantity: 5, unitPriceMinor: 500 },
        { sku: cup.sku, quantity: 1 },
      ],
    });
    expect(await shop.count('baskets')).toBe(1);
  });

  it('opens the one that was frozen first, and merges the others into it', async () => {
    const first = await pays(ada, tea);
    const [, kept] = [await pays(ada, tea), await pays(ada, cup)];
    await shop.sql(`UPDATE baskets SET frozen_at = frozen_at - interval '3601 s' WHERE id <> $1`, [kept]);

    await shop.removeExpired();

    expect(await client.basket()).toMatchObject({ id: first, status: 'open', lines: [{ quantity: 2 }] });
    expect(await shop.count('baskets', `status = 'frozen' AND id = '${kept}'`)).toBe(1);
  });

  it('goes through many owners in small pages', async () => {
    const users = await others(7);
    await pays(users[0] ?? ada, cup);
    await ageAll();

    await shop.removeExpired({ batchSize: 2 });

    expect(await shop.count('baskets', `status = 'frozen'`)).toBe(0);
    expect(await Promise.all(users.map((user) => shop.basketOf(user)))).toEqual(
      users.map((_, n) => ({ [tea.sku]: 2, ...(n === 0 && { [cup.sku]: 1 }) })),
    );
  });

  it('skips an owner whose basket fails, and takes the others', async () => {
    const users = await others(4);
    const stuck = await pays(ada, cup);
    await ageAll();
    await shop.sql(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''stuck''; END';
      CREATE TRIGGER refuse BEFORE UPDATE ON baskets FOR EACH ROW
      WHEN (OLD.id = '${stuck}') EXECUTE FUNCTION refuse()`);

    const report = await shop.removeExpired({ batchSize: 2 });
    await shop.sql('DROP FUNCTION refuse CASCADE');

    expect(report).toMatchObject({ stopReason: 'drained' });
    expect(await shop.sql(`SELECT id FROM baskets WHERE status = 'frozen'`)).toEqual([{ id: stuck }]);
    for (const user of users) expect(await shop.basketOf(user)).toEqual({ [tea.sku]: 2 });
    await shop.removeExpired();
    expect(await client.basket()).toMatchObject({ id: stuck, status: 'open' });
  });

  it('does not wait for an owner who is busy', async () => {
    const [bob] = await others(1);
    await pays(ada, cup);
    await ageAll();
    const busy = await RowLock.hold(shop, 'SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [ada.id]);

    await shop.removeExpired();
    await busy.release();

    expect(await shop.basketOf(bob ?? ada)).toEqual({ [tea.sku]: 2 });
    expect(await client.basket()).toMatchObject({ status: 'frozen' });
  });

  it('waits while the clocks of the database and of the process differ', async () => {
    const id = await pays(ada, tea);
    await ageAll();
    const clock = shop.app.get(ClockCheck);
    const queryChecked = clock.queryChecked.bind(clock);
    clock.queryChecked = async (manager, sql, values) => {
      const row = await queryChecked(manager, sql, values);
      if (sql.includes('owner_id = $2')) throw new Problem('clock-differs', 'No cleanup runs.');
      return row as never;
    };

    await expect(shop.removeExpired()).rejects.toMatchObject({ type: 'clock-differs' });
    clock.queryChecked = queryChecked;

    expect(await client.basket()).toMatchObject({ id, status: 'frozen' });
  });

  it('is the removal when its owner was erased', async () => {
    const id = await pays(ada, tea);
    await client.sends('DELETE', '/api/auth/me');

    expect(await shop.removeExpired()).toMatchObject({ baskets: 0 });
    expect(await shop.sql('SELECT id, owner_id FROM baskets')).toEqual([{ id, owner_id: null }]);
    await ageAll();
    expect(await shop.removeExpired()).toMatchObject({ baskets: 1 });
    expect(await shop.count('baskets')).toBe(0);
  });
});
