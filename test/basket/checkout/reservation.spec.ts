import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { failsTo, freezes, Stock } from '../../support/stock.js';
import { Shop } from '../../support/shop.js';

const TTL_SECONDS = 600;
const FROZEN_TTL_SECONDS = 3_600;

describe('a freeze with `reserve`', () => {
  let shop: Shop;
  let stock: Stock;
  beforeAll(async () => {
    shop = await Shop.open({
      RESERVATION_TTL_SECONDS: String(TTL_SECONDS),
      FROZEN_TTL_SECONDS: String(FROZEN_TTL_SECONDS),
    });
    stock = new Stock(shop);
  });
  beforeEach(() =>
    shop.sql('TRUNCATE users, sessions, baskets, products, stock_reservations, idempotency_keys CASCADE'),
  );
  afterAll(() => shop.close());

  const secondsLeft = (reservedUntil: string | null) =>
    (Date.parse(String(reservedUntil)) - Date.now()) / 1_000;

  it('holds the stock of all lines of a tracked product, and others can have only the rest', async () => {
    const [tea, cup] = [await shop.product({ stock: 9 }), await shop.product({ stock: null })];
    const guest = await stock.buyer(tea, 2);
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
    expect(await stock.of(tea)).toEqual([9, 5, [5]]);
    expect(await stock.of(cup)).toEqual([null, 0, []]);
    expect(await shop.guest().triesToAdd(tea, 5)).toMatchObject({ status: 409, body: { available: 4 } });
    await shop.guest().adds(tea, 4);
  });

  it('is refused with all short lines, and freezes nothing', async () => {
    const [tea, cup, pot] = [
      await shop.product({ stock: 9 }),
      await shop.product({ stock: 9 }),
      await shop.product({ stock: 9 }),
    ];
    const holder = await stock.buyer(tea, 6);
    await holder.adds(cup, 9);
    const guest = await stock.buyer(tea, 2);
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
    expect(await stock.of(pot)).toEqual([9, 0, []]);
    expect(await freezes(guest, {})).toMatchObject({ status: 200, body: { reservedUntil: null } });
  });

  it('refuses a body with another member or type, and accepts false and none', async () => {
    const guest = await stock.buyer(await shop.product({ stock: 9 }), 1);

    for (const body of [{ reserve: 'yes' }, { reserve: null }, { reserves: true }])
      expect(await failsTo(guest, 'freeze', body)).toMatchObject({ status: 400 });
    expect(await guest.sends('POST', '/api/basket/freeze')).toMatchObject({ status: 200 });
    for (const body of [{}, { reserve: false }])
      expect(await freezes(guest, body)).toMatchObject({ status: 200, body: { reservedUntil: null } });
    expect(await shop.count('stock_reservations')).toBe(0);
  });

  it('reserves nothing where no product tracks its stock', async () => {
    const guest = await stock.buyer(await shop.product({ stock: null }), 5);

    expect(await freezes(guest)).toMatchObject({
      status: 200,
      body: { status: 'frozen', reservedUntil: null },
    });
    expect(await shop.count('stock_reservations')).toBe(0);
  });

  it('has no end where no product tracks its stock any more', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: 5 })];
    const guest = await stock.buyer(tea, 1);
    await guest.adds(cup);
    await freezes(guest);
    const ends = async () => (await guest.basket()).reservedUntil;

    await shop.sql('UPDATE products SET stock = NULL WHERE sku = $1', [tea.sku]);
    expect(await ends()).not.toBeNull();
    await shop.sql('UPDATE products SET stock = NULL');

    expect(await ends()).toBeNull();
    expect((await freezes(guest)).body).toMatchObject({ status: 'frozen', reservedUntil: null });
  });

  it('prolongs the reservation when it is repeated, and without `reserve` changes nothing', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await stock.buyer(tea, 5);
    await freezes(guest);
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() + interval '60 s'`);

    const unchanged = (await freezes(guest, {})).body;
    const prolonged = (await freezes(guest)).body;

    expect(secondsLeft(unchanged.reservedUntil)).toBeLessThan(90);
    expect(secondsLeft(prolonged.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(prolonged).toMatchObject({ status: 'frozen', version: 2 });
    expect(await stock.of(tea)).toEqual([5, 5, [5]]);
  });

  it('never prolongs it past the end of the frozen basket, counted from the first freeze', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await stock.buyer(tea, 5);
    await freezes(guest);

    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS - 100} s'`);
    const { body } = await freezes(guest);
    await shop.sql(`UPDATE baskets SET frozen_at = now() - interval '${FROZEN_TTL_SECONDS + 1} s'`);
    await stock.expireReservations();
    const late = await freezes(guest);

    expect(secondsLeft(body.reservedUntil)).toBeGreaterThan(70);
    expect(secondsLeft(body.reservedUntil)).toBeLessThan(130);
    expect(late).toMatchObject({ status: 200, body: { status: 'frozen', reservedUntil: null } });
  });

  it('prolongs the reservation of the frozen basket that the request names', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: 5 })];
    const guest = await stock.buyer(tea, 5);
    const { id } = (await freezes(guest)).body;
    await guest.logsInAs(await shop.user({ basket: [[cup, 1]] }));
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() + interval '60 s'`);

    const { body } = await freezes(guest, { basketId: id, reserve: true });

    expect(body).toMatchObject({ id, status: 'frozen' });
    expect(secondsLeft(body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(await guest.basket()).toMatchObject({ status: 'open', lines: [{ sku: cup.sku }] });
    expect([await stock.of(tea), await stock.of(cup)]).toEqual([
      [5, 5, [5]],
      [5, 0, []],
    ]);
  });

  it('reserves for a basket that is frozen without a reservation, or whose reservation has ended', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await stock.buyer(tea, 5);
    await freezes(guest, {});

    expect(secondsLeft((await freezes(guest)).body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    await stock.expireReservations();
    expect((await guest.basket()).reservedUntil).toBeNull();
    expect(secondsLeft((await freezes(guest)).body.reservedUntil)).toBeGreaterThan(TTL_SECONDS - 30);
    expect(await stock.of(tea)).toEqual([5, 5, [5]]);

    await stock.expireReservations();
    const other = await stock.buyer(tea, 1);
    expect(await freezes(other)).toMatchObject({ status: 200 });
    expect(await failsTo(guest, 'freeze', { reserve: true })).toMatchObject({
      status: 409,
      body: { lines: [{ sku: tea.sku, quantity: 5, available: 4 }] },
    });
    expect(await guest.basket()).toMatchObject({ status: 'frozen', reservedUntil: null });
    expect(await stock.of(tea)).toEqual([5, 6, [1, 5]]);
  });

  it('lets others add again after its end, although no cleanup has run', async () => {
    const tea = await shop.product({ stock: 5 });
    const late = await stock.buyer(tea, 1);
    await freezes(await stock.buyer(tea, 5));
    const refused = await late.triesToAdd(tea, 4);
    await stock.expireReservations();

    expect(refused).toMatchObject({
      status: 409,
      body: { type: '/problems/insufficient-stock', available: 0 },
    });
    expect(await late.adds(tea, 4)).toMatchObject({ lines: [{ quantity: 5, notices: [] }] });
    expect(await stock.of(tea)).toEqual([5, 5, [5]]);
  });
});
