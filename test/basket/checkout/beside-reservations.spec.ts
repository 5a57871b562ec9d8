import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';
import { freezes, Stock } from '../../support/stock.js';

/** The statement that counts the unexpired reservations. */
const isCount = (sql: string) => sql.includes('FILTER (WHERE basket_id');

describe('beside reservations', () => {
  let shop: Shop;
  let stock: Stock;
  let counter: StatementCounter;
  let counted: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
    stock = new Stock(shop);
    counter = await StatementCounter.before(shop.databaseUrl);
    counted = await shop.instance({ DATABASE_URL: counter.url });
  });
  beforeEach(() =>
    shop.sql('TRUNCATE users, sessions, baskets, products, stock_reservations, idempotency_keys CASCADE'),
  );
  afterAll(async () => {
    await shop.close();
    await counter.close();
  });

  const does = (client: Client, what: 'freeze' | 'submit', body?: object) =>
    client.sends<BasketDto & Omit<ProblemBody, 'status'>>('POST', `/api/basket/${what}`, body);
  const stockOf = ({ sku }: Product) =>
    shop.sql('SELECT stock, reserved FROM products WHERE sku = $1', [sku]);
  const takenOf = async (id: string | null) => {
    const rows = await shop.sql<{ sku: string; is_stock_taken: boolean | null }>(
      'SELECT sku, is_stock_taken FROM basket_lines WHERE basket_id = $1',
      [id],
    );
    return Object.fromEntries(rows.map(({ sku, is_stock_taken: isTaken }) => [sku, isTaken]));
  };

  it('a submit consumes the reservation, and marks the lines that took stock', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: null })];
    const guest = await stock.buyer(tea, 3);
    await guest.adds(cup);
    await guest.sends('POST', '/api/basket/lines', {
      sku: tea.sku,
      quantity: 2,
      attributes: { text: 'Ada' },
    });
    await does(guest, 'freeze', { reserve: true });

    const { status, body } = await does(guest, 'submit');

    expect([status, body.reservedUntil]).toEqual([200, null]);
    expect(await stockOf(tea)).toEqual([{ stock: 0, reserved: 0 }]);
    expect(await shop.count('stock_reservations')).toBe(0);
    expect(await takenOf(body.id)).toEqual({ [tea.sku]: true, [cup.sku]: false });
  });

  it('a submit by the back end consumes the reservation of a guest whose session has ended', async () => {
    const tea = await shop.product({ stock: 5 });
    const admin = await shop.admin();
    const guest = await stock.buyer(tea, 5);
    const { id } = (await does(guest, 'freeze', { reserve: true })).body;
    await shop.expire(guest);
    await shop.removeExpired();

    for (let n = 0; n < 2; n++)
      expect(await admin.sends('POST', `/api/admin/baskets/${id}/submit`)).toMatchObject({ status: 200 });
    expect(await stockOf(tea)).toEqual([{ stock: 0, reserved: 0 }]);
  });

  it('a submit takes no piece that another basket has reserved, until that reservation ends', async () => {
    const tea = await shop.product({ stock: 5 });
    const [holder, late] = [await stock.buyer(tea, 4), await stock.buyer(tea, 2)];
    await does(holder, 'freeze', { reserve: true });

    const refused = await does(late, 'submit');
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);

    expect([refused.status, refused.body.type]).toEqual([409, '/problems/insufficient-stock']);
    expect(refused.body).toMatchObject({
      skus: [tea.sku],
      available: 1,
      lines: [{ lineId: tea.sku, sku: tea.sku, quantity: 2, available: 1 }],
    });
    expect(await does(late, 'submit')).toMatchObject({ status: 200 });
    expect(await stockOf(tea)).toEqual([{ stock: 3, reserved: 4 }]);
  });

  it('a submit checks a basket whose reservation has ended like any other, and removes the reservation', async () => {
    const tea = await shop.product({ stock: 5 });
    const [early, late] = [await stock.buyer(tea, 3), await stock.buyer(tea, 2)];
    await does(early, 'freeze', { reserve: true });
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);

    expect(await does(early, 'submit')).toMatchObject({ status: 200 });
    expect(await stockOf(tea)).toEqual([{ stock: 2, reserved: 0 }]);
    await does(late, 'freeze', { reserve: true });
    await shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);
    await shop.sql('UPDATE products SET stock = 1');
    expect(await does(late, 'submit')).toMatchObject({ status: 409, body: { available: 1 } });
    expect(await stockOf(tea)).toEqual([{ stock: 1, reserved: 2 }]);
  });

  it('a submit removes the reservation of a product whose stock is no longer tracked', async () => {
    const tea = await shop.product({ stock: 5 });
    const guest = await stock.buyer(tea, 3);
    await does(guest, 'freeze', { reserve: true });
    await shop.sql('UPDATE products SET stock = NULL');

    const { status, body } = await does(guest, 'submit');

    expect(status).toBe(200);
    expect(await stockOf(tea)).toEqual([{ stock: null, reserved: 0 }]);
    expect(await takenOf(body.id)).toEqual({ [tea.sku]: false });
  });

  it('a submit keeps the reservations of products that an earlier version has let the basket lose', async () => {
    const [tea, cup] = [await shop.product({ stock: 5 }), await shop.product({ stock: 5 })];
    const guest = await stock.buyer(tea, 3);
    const { id } = (await freezes(guest)).body;
    await shop.sql(`UPDATE baskets SET status = 'open', currency = NULL, frozen_at = NULL WHERE id = $1`, [
      id,
    ]);
    await shop.sql('UPDATE basket_lines SET name_pinned = NULL, unit_price_minor_pinned = NULL');
    await guest.adds(cup, 1);
    await guest.sends('DELETE', `/api/basket/lines/${tea.sku}`);

    expect(await does(guest, 'submit')).toMatchObject({ status: 200 });

    expect([await stock.of(tea), await stock.of(cup)]).toEqual([
      [5, 3, [3]],
      [4, 0, []],
    ]);
    await stock.expireReservations();
    await shop.removeExpired();
    expect(await stock.of(tea)).toEqual([5, 0, []]);
  });

  it('submit and freeze refuse an open basket that breaks a quantity rule, but not a frozen one', async () => {
    const [tea, cup] = [await shop.product(), await shop.product({ stock: 5 })];
    const [frozen, open] = [await stock.buyer(tea, 5), await stock.buyer(tea, 5)];
    await open.adds(cup);
    await does(frozen, 'freeze');
    await shop.sql('UPDATE products SET quantity_step = 2 WHERE sku = $1', [tea.sku]);

    for (const [what, body] of [
      ['submit', undefined],
      ['freeze', undefined],
      ['freeze', { reserve: true }],
    ] as const) {
      expect(await does(open, what, body)).toMatchObject({
        status: 409,
        body: { type: '/problems/quantity-rule', status: 409, skus: [tea.sku] },
      });
    }
    expect(await open.basket()).toMatchObject({ status: 'open', version: 2 });
    expect(await stockOf(cup)).toEqual([{ stock: 5, reserved: 0 }]);
    expect(await does(frozen, 'freeze', { reserve: true })).toMatchObject({ status: 200 });
    expect(await does(frozen, 'submit')).toMatchObject({ status: 200 });
  });

  it('a submit counts reservations only where the stock could be short without them', async () => {
    const tea = await shop.product({ stock: 9 });
    const [holder, guest, next] = [
      await stock.buyer(tea, 2),
      await stock.buyer(tea, 2),
      await stock.buyer(tea, 4),
    ];
    await does(holder, 'freeze', { reserve: true });
    const counts = async (client: Client) => {
      const statements = await counter.during(() => does(client.tab(counted.url), 'submit'));
      return statements.filter(isCount).length;
    };
    await does(counted.guest(), 'submit');

    expect(await counts(guest)).toBe(0);
    await does(next, 'freeze', { reserve: true });
    expect(await counts(next)).toBeGreaterThan(0);
    expect(await stockOf(tea)).toEqual([{ stock: 3, reserved: 2 }]);
  });

  it('an add that fits the unreserved stock is one statement, and the next one counts', async () => {
    const tea = await shop.product({ stock: 9 });
    const [holder, guest] = [await stock.buyer(tea, 4), await stock.buyer(tea, 1)];
    await freezes(holder);
    const tab = guest.tab(counted.url);
    await tab.basket();

    const fitting = await counter.during(() => tab.adds(tea, 4));
    const refused = await counter.during(() => tab.triesToAdd(tea));
    await stock.expireReservations();
    await tab.adds(tea, 4);

    expect(fitting).toHaveLength(1);
    expect(refused.some(isCount)).toBe(true);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 9 });
  });

  it('an add that counts shows no other line of its product as short', async () => {
    const tea = await shop.product({ stock: 9 });
    const [holder, guest] = [await stock.buyer(tea, 8), shop.guest()];
    await freezes(holder);
    await stock.expireReservations();
    const request = { sku: tea.sku, quantity: 1, attributes: { engraving: 'For Ada' } };
    await guest.sends('POST', '/api/basket/lines', request);

    const added = await guest.adds(tea, 4);

    expect(added.lines).toMatchObject([{ notices: [] }, { notices: [] }]);
    expect(added.totals).toMatchObject({ quantity: 5, unavailableLines: 0 });
  });
});
