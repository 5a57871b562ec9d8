import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

const TTL_SECONDS = 600;
const FROZEN_TTL_SECONDS = 3_600;

describe('a freeze with `reserve`', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({
      RESERVATION_TTL_SECONDS: String(TTL_SECONDS),
      FROZEN_TTL_SECONDS: String(FROZEN_TTL_SECONDS),
    });
  });
  beforeEach(() =>
    shop.sql('TRUNCATE users, sessions, baskets, products, stock_reservations, idempotency_keys CASCADE'),
  );
  afterAll(() => shop.close());

  const freezes = (client: Client, body: object = { reserve: true }) =>
    client.sends<BasketDto>('POST', '/api/basket/freeze', body);
  const failsTo = (client: Client, what: 'freeze' | 'submit', body?: object) =>
    client.sends<ProblemBody>('POST', `/api/basket/${what}`, body);
  const submits = (client: Client) => client.sends<BasketDto>('POST', '/api/basket/submit');
  const buyer = async (tea: Product, quantity: number) => {
    const client = shop.guest();
    await client.adds(tea, quantity);
    return client;
  };
  /** Stock, the sum of the reserved pieces, and the quantities of the reservations. */
  const stateOf = async ({ sku }: Product) => {
    const [product] = await shop.sql<{ stock: number | null; reserved: number }>(
      'SELECT stock, reserved FROM products WHERE sku = $1',
      [sku],
    );
    const rows = await shop.sql<{ quantity: number }>(
      'SELECT quantity FROM stock_reservations WHERE sku = $1 ORDER BY quantity',
      [sku],
    );
    return [product?.stock, product?.reserved, rows.map(({ quantity }) => quantity)];
  };
  const secondsLeft = (reservedUntil: string | null) =>
    (Date.parse(String(reservedUntil)) - Date.now()) / 1_000;
  const expireReservations = () =>
    shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);

  it('holds the stock of all lines of a tracked product, and others can have only the rest', async () => {
    const [tea, cup] = [await shop.product({ stock: 9 }), await shop.product({ stock: null })];
    const guest = await buyer(tea, 2);
    await guest.adds(cup, 50);
    await guest.sends('POST', '/api/basket/lines', {
      sku: tea.sku,
      quantity: 3,
      attributes: { text: 'Ada' },
    });

    const { status, body } = await freezes(guest);

    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'frozen', version: 4 });
    expect(secondsLeft(body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(secondsLeft(body.reservedUntil)).toBeLessThan(TTL_SECONDS + 30);
    expect(body.lines.flatMap(({ notices }) => notices)).toEqual([]);
    expect(await guest.basket()).toMatchObject({ reservedUntil: body.reservedUntil });
    expect(await stateOf(tea)).toEqual([9, 5, [5]]);
    expect(await stateOf(cup)).toEqual([null, 0, []]);
    expect(await shop.guest().triesToAdd(tea, 5)).toMatchObject({ status: 409, body: { available: 4 } });
    await shop.guest().adds(tea, 4);
  });

  it('is refused with all short lines, and freezes nothing', async () => {
    const [tea, cup, pot] = [
      await shop.product({ stock: 9 }),
      await shop.product({ stock: 9 }),
      await shop.product({ stock: 9 }),
    ];
    const holder = await buyer(tea, 6);
    await holder.adds(cup, 9);
    const guest = await buyer(tea, 2);
    const engraved = { sku: tea.sku, quantity: 2, attributes: { text: 'Ada' } };
    await guest.sends('POST', '/api/basket/lines', engraved);
    await guest.adds(cup, 1);
    await guest.adds(pot, 1);
    await freezes(holder);

    const { status, body } = await failsTo(guest, 'freeze', { reserve: true });

    expect([status, body.type]).toEqual([409, '/problems/insufficient-stock']);
    const { lines } = await guest.basket();
    expect(body).toMatchObject({
      skus: [tea.sku, cup.sku],
      available: 3,
      lines: [
        { lineId: tea.sku, sku: tea.sku, quantity: 2, available: 3 },
        { lineId: lines[1]?.id, sku: tea.sku, quantity: 2, available: 3 },
        { lineId: cup.sku, sku: cup.sku, quantity: 1, available: 0 },
      ],
    });
    expect(await guest.basket()).toMatchObject({ status: 'open', version: 4, reservedUntil: null });
    expect(await stateOf(pot)).toEqual([9, 0, []]);
    expect(await freezes(guest, {})).toMatchObject({ status: 200, body: { reservedUntil: null } });
  });

  it('refuses a body with another member or type, and accepts false and none', async () => {
    const guest = await buyer(await shop.product({ stock: 9 }), 1);

    for (const body of [{ reserve: 'yes' }, { reserve: null }, { reserves: true }])
      expect(await failsTo(guest, 'freeze', body)).toMatchObject({ status: 400 });
    expect(await guest.sends('POST', '/api/basket/freeze')).toMatchObject({ status: 200 });
    for (const body of [{}, { reserve: false }])
      expect(await freezes(guest, body)).toMatchObject({ status: 200, body: { reservedUntil: null } });
    expect(await shop.count('stock_reservations')).toBe(0);
  });

  it('reserves nothing where no product tracks its stock', async () => {
    const guest = await buyer(await shop.product({ stock: null }), 5);

    expect(await freezes(guest)).toMatchObject({
      status: 200,
      body: { status: 'frozen', reservedUntil: null },
    });
    expect(await shop.count('stock_reservations')).toBe(0);
  });

  it('prolongs the reservation when it is repeated, and without `reserve` changes nothing', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await buyer(tea, 5);
    await freezes(guest);
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() + interval '60 s'`);

    const unchanged = (await freezes(guest, {})).body;
    const prolonged = (await freezes(guest)).body;

    expect(secondsLeft(unchanged.reservedUntil)).toBeLessThan(90);
    expect(secondsLeft(prolonged.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(prolonged).toMatchObject({ status: 'frozen', version: 2 });
    expect(await stateOf(tea)).toEqual([5, 5, [5]]);
  });

  it('never prolongs it past the end of the frozen basket, counted from the first freeze', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await buyer(tea, 5);
    await freezes(guest);

    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS - 100} s'`);
    const { body } = await freezes(guest);
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS + 1} s'`);
    await expireReservations();
    const late = await freezes(guest);

    expect(secondsLeft(body.reservedUntil)).toBeGreaterThan(70);
    expect(secondsLeft(body.reservedUntil)).toBeLessThan(130);
    expect(late).toMatchObject({ status: 200, body: { status: 'frozen', reservedUntil: null } });
  });

  it('reserves for a basket that is frozen without a reservation, or whose reservation has ended', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await buyer(tea, 5);
    await freezes(guest, {});

    expect(secondsLeft((await freezes(guest)).body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    await expireReservations();
    expect((await guest.basket()).reservedUntil).toBeNull();
    expect(secondsLeft((await freezes(guest)).body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(await stateOf(tea)).toEqual([5, 5, [5]]);

    await expireReservations();
    const other = await buyer(tea, 1);
    expect(await freezes(other)).toMatchObject({ status: 200 });
    expect(await failsTo(guest, 'freeze', { reserve: true })).toMatchObject({
      status: 409,
      body: { lines: [{ sku: tea.sku, quantity: 5, available: 4 }] },
    });
    expect(await guest.basket()).toMatchObject({ status: 'frozen', reservedUntil: null });
    expect(await stateOf(tea)).toEqual([5, 6, [1, 5]]);
  });

  it('lets others add again after its end, although no cleanup has run', async () => {
    const tea = await shop.product({ stock: 5 });
    const late = await buyer(tea, 1);
    await freezes(await buyer(tea, 5));
    const refused = await late.triesToAdd(tea, 4);
    await expireReservations();

    expect(refused).toMatchObject({
      status: 409,
      body: { type: '/problems/insufficient-stock', available: 0 },
    });
    expect(await late.adds(tea, 4)).toMatchObject({ lines: [{ quantity: 5, notices: [] }] });
    expect(await stateOf(tea)).toEqual([5, 5, [5]]);
  });

  it('holds after reads, a login, the end of the session and an erasure', async () => {
    const tea = await shop.product({ stock: 5 });
    const ada = await shop.user();
    const guest = await buyer(tea, 5);
    const { id, reservedUntil } = (await freezes(guest)).body;
    const isHeld = async () => {
      expect(await stateOf(tea)).toEqual([5, 5, [5]]);
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
    expect(await stateOf(tea)).toEqual([0, 0, []]);
  });

  it('is released before a thawed basket is merged, so the merge keeps its pieces', async () => {
    const tea = await shop.product({ stock: 5 });
    const ada = await shop.user();
    const [paying, other] = [shop.guest(), await buyer(await shop.product(), 1)];
    await paying.logsInAs(ada);
    await paying.adds(tea, 5);
    const { id } = (await freezes(paying)).body;
    await other.logsInAs(ada);

    const thawed = await paying.sends<BasketDto>('POST', '/api/basket/thaw', { basketId: id });

    expect(thawed.body).toMatchObject({
      status: 'open',
      totals: { lines: 2, quantity: 6, unavailableLines: 0 },
    });
    expect(await stateOf(tea)).toEqual([5, 0, []]);
  });

  it('is released by a thaw of the shopper or of the back end', async () => {
    const tea = await shop.product({ stock: 5 });
    const [guest, other] = [await buyer(tea, 3), await buyer(tea, 2)];
    const admin = await shop.admin();
    await freezes(guest);
    const { id } = (await freezes(other)).body;

    expect(await guest.sends('POST', '/api/basket/thaw')).toMatchObject({
      status: 200,
      body: { status: 'open', reservedUntil: null },
    });
    expect(await stateOf(tea)).toEqual([5, 2, [2]]);
    expect(await admin.sends('POST', `/api/admin/baskets/${id}/thaw`)).toMatchObject({ status: 200 });
    expect(await stateOf(tea)).toEqual([5, 0, []]);
  });

  it('is released when the time of the frozen basket ends', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await buyer(tea, 3);
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds(tea, 2);
    for (const client of [guest, user]) await freezes(client);
    await shop.expireAll();
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS + 1} s'`);

    expect(await shop.removeExpired()).toMatchObject({ baskets: 1 });

    expect(await stateOf(tea)).toEqual([5, 0, []]);
    expect(await shop.sql('SELECT status FROM baskets')).toEqual([{ status: 'open' }]);
  });

  it('holds what the stock has when an admin lowers it, and a submit sells no piece twice', async () => {
    const tea = await shop.product({ stock: 6 });
    const [guest, other] = [await buyer(tea, 3), await buyer(tea, 3)];
    const admin = await shop.admin();
    for (const client of [guest, other]) await freezes(client);

    expect(await admin.sends('PATCH', `/api/admin/products/${tea.sku}`, { stock: 4 })).toMatchObject({
      status: 200,
    });

    expect(await stateOf(tea)).toEqual([4, 6, [3, 3]]);
    expect(await submits(other)).toMatchObject({ status: 200 });
    expect(await failsTo(guest, 'submit')).toMatchObject({
      status: 409,
      body: { lines: [{ lineId: tea.sku, sku: tea.sku, quantity: 3, available: 1 }] },
    });
    expect(await stateOf(tea)).toEqual([1, 3, [3]]);
  });
});
