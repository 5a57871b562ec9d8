import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { LoginDto } from '../../../src/auth/login/login.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop, type TestUser } from '../../support/shop.js';

describe('a login while a payment is under way', () => {
  let shop: Shop;
  let tea: Product;
  let ada: TestUser;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MERGE_STRATEGY: 'sum' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    tea = await shop.product({ name: 'Green tea', unitPriceMinor: 450 });
    ada = await shop.user();
  });
  afterAll(() => shop.close());

  const freezes = async (client: Client) =>
    (await client.sends<BasketDto>('POST', '/api/basket/freeze')).body;
  const payer = async (quantity: number) => {
    const guest = shop.guest();
    await guest.adds(tea, quantity);
    return { guest, frozen: await freezes(guest) };
  };
  const rowOf = async (id: string | null) =>
    (await shop.sql<object>('SELECT owner_id, status, frozen_at FROM baskets WHERE id = $1', [id]))[0];
  const adds = (product: Product, quantity: number, userQuantity = 0) => ({
    id: product.sku,
    sku: product.sku,
    attributes: {},
    guestQuantity: quantity,
    userQuantity,
    quantity: quantity + userQuantity,
    notice: null,
  });

  it("gives the guest's frozen basket to the user as it is", async () => {
    const { guest, frozen } = await payer(3);
    const before = await rowOf(frozen.id);
    await shop.sql(`UPDATE products SET unit_price_minor = 999, name = 'Dear tea'`);

    const { basket: report } = await guest.logsInAs(ada);

    expect(report).toEqual({
      outcome: 'assigned',
      strategy: 'sum',
      paymentUnderWay: true,
      lines: [adds(tea, 3)],
    });
    expect(await guest.basket()).toMatchObject({
      id: frozen.id,
      status: 'frozen',
      owner: 'user',
      lines: [{ name: 'Green tea', unitPriceMinor: 450, quantity: 3 }],
      lastMerge: report,
    });
    expect(await rowOf(frozen.id)).toEqual({ ...before, owner_id: ada.id });
  });

  it("leaves the user's open basket as it is, also when a product is short by then", async () => {
    const user = shop.guest();
    await user.logsInAs(ada);
    const open = await user.adds(tea, 2);
    const { guest, frozen } = await payer(3);
    await shop.sql('UPDATE products SET stock = 1, max_quantity = 1');

    expect((await guest.logsInAs(ada)).basket).toMatchObject({
      paymentUnderWay: true,
      lines: [adds(tea, 3)],
    });

    expect(await guest.basket()).toMatchObject({ id: open.id, version: 1, lastMerge: null });
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
    expect(await rowOf(frozen.id)).toMatchObject({ owner_id: ada.id, status: 'frozen' });
  });

  it("makes the guest's open basket the user's open one beside a frozen one", async () => {
    const user = shop.guest();
    await user.logsInAs(ada);
    await user.adds(tea, 2);
    const frozen = await freezes(user);
    const guest = shop.guest();
    const open = await guest.adds(tea, 3);

    expect((await guest.logsInAs(ada)).basket).toEqual({
      outcome: 'assigned',
      strategy: 'sum',
      paymentUnderWay: false,
      lines: [adds(tea, 3)],
    });

    expect(await user.basket()).toMatchObject({ id: open.id, status: 'open', lines: [{ quantity: 3 }] });
    expect(await rowOf(frozen.id)).toMatchObject({ owner_id: ada.id, status: 'frozen' });
  });

  it('merges into the open basket only, by the shop’s strategy, when the user has both', async () => {
    const { guest: payingGuest, frozen } = await payer(7);
    await payingGuest.logsInAs(ada);
    const [first, second] = [shop.guest(), shop.guest()];
    const { id } = await first.adds(tea, 1);
    await first.logsInAs(ada);
    await second.adds(tea, 2);

    const { basket: report } = await second.logsInAs(ada);

    expect(report).toMatchObject({ outcome: 'merged', paymentUnderWay: false, lines: [adds(tea, 2, 1)] });
    expect(await second.basket()).toMatchObject({
      id,
      version: 3,
      lines: [{ quantity: 3 }],
      lastMerge: report,
    });
    expect(await shop.sql('SELECT quantity FROM basket_lines WHERE basket_id = $1', [frozen.id])).toEqual([
      { quantity: 7 },
    ]);
  });

  it('keeps the metadata of the user, and fills in the members of the guest', async () => {
    const user = shop.guest();
    await user.logsInAs(ada);
    const { id } = await user.adds(tea);
    const guest = await shop.guestWith(tea);
    const text = 'x'.repeat(3_000);
    const set = 'UPDATE baskets SET metadata = $2 WHERE id = $1';
    await shop.sql(set, [id, { note: 'mine', user: text }]);
    await shop.sql(set, [(await guest.basket()).id, { note: 'of the guest', guest: text }]);

    await guest.logsInAs(ada);

    expect((await guest.basket()).metadata).toEqual({ note: 'mine', user: text, guest: text });
  });

  it('caps a merge at what other baskets have not reserved', async () => {
    await shop.sql('UPDATE products SET stock = 10, reserved = 6');
    const { frozen } = await payer(1);
    await shop.sql(
      `INSERT INTO stock_reservations (basket_id, sku, quantity, expires_at) VALUES
       ($1, $2, 3, now() + interval '1 h'), (gen_random_uuid(), $2, 3, now() - interval '1 h')`,
      [frozen.id, tea.sku],
    );
    const user = shop.guest();
    await user.logsInAs(ada);
    await user.adds(tea, 4);
    const guest = shop.guest();
    await guest.adds(tea, 4);

    expect((await guest.logsInAs(ada)).basket.lines).toMatchObject([
      { quantity: 7, notice: 'limited-to-stock' },
    ]);
    await shop.sql('DELETE FROM stock_reservations');
    await shop.sql('UPDATE products SET reserved = 0');
  });

  it('waits for the last migration when the user would have two baskets', async () => {
    await shop.sql(
      `CREATE UNIQUE INDEX baskets_one_per_owner ON baskets (owner_id) WHERE status <> 'submitted'`,
    );
    await (await shop.guestWith(tea)).logsInAs(ada);
    const { guest, frozen } = await payer(3);
    const cookie = guest.carriedCookie;
    const { email, password } = ada;
    const logsIn = () => guest.sends<LoginDto | ProblemBody>('POST', '/api/auth/login', { email, password });

    const refused = await logsIn();

    expect(refused).toMatchObject({ status: 503, body: { type: '/problems/migration-pending' } });
    expect([refused.headers.get('retry-after'), guest.carriedCookie]).toEqual(['60', cookie]);
    expect(await guest.basket()).toMatchObject({ id: frozen.id, status: 'frozen', owner: 'guest' });
    await shop.sql('DROP INDEX baskets_one_per_owner');
    expect(await logsIn()).toMatchObject({ status: 200, body: { basket: { paymentUnderWay: true } } });
  });

  it('completes a report that the previous version has stored', async () => {
    const client = shop.guest();
    await client.logsInAs(ada);
    const { id } = await client.adds(tea);
    const line = { sku: tea.sku, guestQuantity: 1, userQuantity: 0, quantity: 1, notice: null };
    const report = { outcome: 'merged', strategy: 'max', thawed: ['user'], lines: [line] };
    await shop.sql('UPDATE baskets SET last_merge = $2 WHERE id = $1', [id, report]);

    expect((await client.basket()).lastMerge).toEqual({
      outcome: 'merged',
      strategy: 'max',
      paymentUnderWay: false,
      lines: [adds(tea, 1)],
    });
  });
});
