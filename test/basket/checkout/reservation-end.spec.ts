import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import { failsTo, freezes, Stock } from '../../support/stock.js';
import { Shop } from '../../support/shop.js';

const FROZEN_TTL_SECONDS = 3_600;

describe('a reservation', () => {
  let shop: Shop;
  let stock: Stock;
  beforeAll(async () => {
    shop = await Shop.open({ FROZEN_TTL_SECONDS: String(FROZEN_TTL_SECONDS) });
    stock = new Stock(shop);
  });
  beforeEach(() =>
    shop.sql('TRUNCATE users, sessions, baskets, products, stock_reservations, idempotency_keys CASCADE'),
  );
  afterAll(() => shop.close());

  it('holds after reads, a login, the end of the session and an erasure', async () => {
    const tea = await shop.product({ stock: 5 });
    const ada = await shop.user();
    const guest = await stock.buyer(tea, 5);
    const { id, reservedUntil } = (await freezes(guest)).body;
    const isHeld = async () => {
      expect(await stock.of(tea)).toEqual([5, 5, [5]]);
      expect(await shop.sql('SELECT expires_at FROM stock_reservations')).toEqual([
        { expires_at: new Date(String(reservedUntil)) },
      ]);
    };

    await guest.logsInAs(ada);
    expect(await guest.basket()).toMatchObject({ id, status: 'frozen', reservedUntil });
    await isHeld();
    await shop.expireAll();
    await shop.removeExpired();
    await isHeld();
    await guest.logsInAs(ada);
    await guest.sends('DELETE', '/api/auth/me', { password: ada.password });
    await isHeld();
    expect(await (await shop.admin()).sends('POST', `/api/admin/baskets/${id}/submit`)).toMatchObject({
      status: 200,
    });
    expect(await stock.of(tea)).toEqual([0, 0, []]);
  });

  it('is released before a thawed basket is merged, so the merge keeps its pieces', async () => {
    const tea = await shop.product({ stock: 5 });
    const ada = await shop.user();
    const [paying, other] = [shop.guest(), await stock.buyer(await shop.product(), 1)];
    await paying.logsInAs(ada);
    await paying.adds(tea, 5);
    const { id } = (await freezes(paying)).body;
    await other.logsInAs(ada);

    const thawed = await paying.sends<BasketDto>('POST', '/api/basket/thaw', { basketId: id });

    expect(thawed.body).toMatchObject({
      status: 'open',
      totals: { lines: 2, quantity: 6, unavailableLines: 0 },
    });
    expect(await stock.of(tea)).toEqual([5, 0, []]);
  });

  it('is released by a thaw of the shopper or of the back end', async () => {
    const tea = await shop.product({ stock: 5 });
    const [guest, other] = [await stock.buyer(tea, 3), await stock.buyer(tea, 2)];
    const admin = await shop.admin();
    await freezes(guest);
    const { id } = (await freezes(other)).body;

    expect(await guest.sends('POST', '/api/basket/thaw')).toMatchObject({
      status: 200,
      body: { status: 'open', reservedUntil: null },
    });
    expect(await stock.of(tea)).toEqual([5, 2, [2]]);
    expect(await admin.sends('POST', `/api/admin/baskets/${id}/thaw`)).toMatchObject({ status: 200 });
    expect(await stock.of(tea)).toEqual([5, 0, []]);
  });

  it('is released when the time of the frozen basket ends', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await stock.buyer(tea, 3);
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds(tea, 2);
    for (const client of [guest, user]) await freezes(client);
    await shop.expireAll();
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS + 1} s'`);

    expect(await shop.removeExpired()).toMatchObject({ baskets: 1 });

    expect(await stock.of(tea)).toEqual([5, 0, []]);
    expect(await shop.sql('SELECT status FROM baskets')).toEqual([{ status: 'open' }]);
  });

  it('holds what the stock has when an admin lowers it, and a submit sells no piece twice', async () => {
    const tea = await shop.product({ stock: 6 });
    const [guest, other] = [await stock.buyer(tea, 3), await stock.buyer(tea, 3)];
    const admin = await shop.admin();
    for (const client of [guest, other]) await freezes(client);

    expect(await admin.sends('PATCH', `/api/admin/products/${tea.sku}`, { stock: 4 })).toMatchObject({
      status: 200,
    });

    expect(await stock.of(tea)).toEqual([4, 6, [3, 3]]);
    expect(await other.sends('POST', '/api/basket/submit')).toMatchObject({ status: 200 });
    expect(await failsTo(guest, 'submit')).toMatchObject({
      status: 409,
      body: { lines: [{ lineId: tea.sku, sku: tea.sku, quantity: 3, available: 1 }] },
    });
    expect(await stock.of(tea)).toEqual([1, 3, [3]]);
  });
});
