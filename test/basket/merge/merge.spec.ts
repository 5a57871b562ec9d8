import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LoginDto } from '../../../src/auth/login/login.dto.js';
import { type MergeableLine, mergeLines } from '../../../src/basket/merge/merge-lines.js';
import type { BasketSnapshot } from '../../../src/basket/query/basket-snapshot.js';
import { type Attributes, lineIdOf } from '../../../src/basket/query/line-id.js';
import { toBasketDto } from '../../../src/basket/to-basket-dto.js';
import { MERGE_STRATEGIES } from '../../../src/config/environment.js';
import type { ProblemBody } from '../../support/client.js';
import { mergeableLine } from '../../support/mergeable-line.js';
import { Shop } from '../../support/shop.js';

const SKUS = ['A', 'B', 'C', 'D', 'E'];

/** Stock belongs to the catalogue, so it is the same for both baskets. */
const stocks = fc.array(fc.option(fc.nat({ max: 150 })), { minLength: 5, maxLength: 5 });
const quantities = fc.dictionary(fc.constantFrom(...SKUS), fc.integer({ min: 1, max: 200 }));
const strategy = fc.constantFrom(...MERGE_STRATEGIES);

function lines(held: Record<string, number>, stock: (number | null)[] = []) {
  return Object.entries(held).map(([sku, quantity]) => {
    const line = mergeableLine(sku, quantity, { available: stock[SKUS.indexOf(sku)] ?? null });
    return { ...line, unitPriceMinorWhenAdded: 7, pinned: null };
  });
}

const held = (merged: { sku: string; quantity: number }[]) =>
  Object.fromEntries(merged.map(({ sku, quantity }) => [sku, quantity]));

describe('a merge of arbitrary baskets', () => {
  it('reports every product of either basket once', () => {
    fc.assert(
      fc.property(quantities, quantities, stocks, strategy, (guest, user, stock, by) => {
        const merged = mergeLines(lines(guest, stock), lines(user, stock), by, 99);
        const skus = merged.map(({ sku }) => sku);
        expect([...skus].sort()).toEqual([...new Set([...Object.keys(guest), ...Object.keys(user)])].sort());
        for (const line of merged) {
          expect([line.guestQuantity, line.userQuantity]).toEqual([
            guest[line.sku] ?? 0,
            user[line.sku] ?? 0,
          ]);
        }
      }),
    );
  });

  it('never gives a quantity of 0, above the limit, or above what the baskets held', () => {
    fc.assert(
      fc.property(quantities, quantities, stocks, strategy, (guest, user, stock, by) => {
        for (const line of mergeLines(lines(guest, stock), lines(user, stock), by, 99)) {
          const limit = Math.min(99, stock[SKUS.indexOf(line.sku)] ?? Infinity);
          const base = line.userQuantity || line.guestQuantity;
          expect(line.quantity).toBeGreaterThan(0);
          expect(line.quantity).toBeLessThanOrEqual(Math.max(limit, base));
        }
      }),
    );
  });

  it('by max, or by sum below the limits, gives the same result for three baskets in any order', () => {
    const unlimited = Number.MAX_SAFE_INTEGER;
    fc.assert(
      fc.property(quantities, quantities, quantities, fc.constantFrom('max', 'sum'), (a, b, c, by) => {
        const merge = (one: Record<string, number>, other: Record<string, number>) =>
          held(mergeLines(lines(one), lines(other), by, unlimited));
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
    );
  });

  it('of lines with attributes loses no line, cuts none below its base, and passes no limit by more', () => {
    const engraved = fc.array(
      fc.record({
        sku: fc.constantFrom(...SKUS),
        engraving: fc.constantFrom('', 'Ada', 'Bob'),
        quantity: fc.integer({ min: 1, max: 60 }),
        position: fc.nat(),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(engraved, engraved, stocks, strategy, (guest, user, stock, by) => {
        const [guestLines, userLines] = [guest, user].map((side) => {
          const all = side.map(({ sku, engraving, quantity, position }) => {
            const attributes: Attributes = engraving === '' ? {} : { engraving };
            return mergeableLine(sku, quantity, {
              available: stock[SKUS.indexOf(sku)] ?? null,
              attributes,
              position,
            });
          });
          return [...new Map(all.map((line) => [lineIdOf(line), line])).values()];
        }) as [MergeableLine[], MergeableLine[]];

        const merged = mergeLines(guestLines, userLines, by, 99);

        const ids = new Set([...guestLines, ...userLines].map(lineIdOf));
        expect(new Set(merged.map(({ id }) => id))).toEqual(ids);
        for (const sku of SKUS) {
          const lines = merged.filter((line) => line.sku === sku);
          const limit = Math.min(99, stock[SKUS.indexOf(sku)] ?? Infinity);
          const quantity = lines.reduce((sum, line) => sum + line.quantity, 0);
          const base = lines.reduce((sum, line) => sum + (line.userQuantity || line.guestQuantity), 0);
          expect(quantity).toBeLessThanOrEqual(Math.max(limit, base));
          for (const line of lines) {
            const wanted = Math.min(
              line.userQuantity || line.guestQuantity,
              by === 'guest' ? line.guestQuantity || Infinity : Infinity,
            );
            expect(line.quantity).toBeGreaterThanOrEqual(wanted);
          }
        }
      }),
    );
  });

  it('has a total that is the sum of the lines that can be bought, and never negative', () => {
    fc.assert(
      fc.property(quantities, stocks, (basket, stock) => {
        const stored = {
          id: 'x',
          ownerId: null,
          status: 'open',
          version: 1,
          lastMerge: null,
          submittedAt: null,
          currency: null,
        };
        const context = { owner: 'guest', currency: 'EUR', expiresAt: null } as const;
        const { totals } = toBasketDto({ ...stored, lines: lines(basket, stock) } as BasketSnapshot, context);
        const buyable = Object.entries(basket).filter(
          ([sku, n]) => n <= (stock[SKUS.indexOf(sku)] ?? Infinity),
        );
        expect(totals.amountMinor).toBe(buyable.reduce((sum, [, quantity]) => sum + quantity * 7, 0));
        expect(totals.unavailableLines).toBe(totals.lines - buyable.length);
      }),
    );
  });
});

describe('a merge', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({
      BASKET_MERGE_STRATEGY: 'sum',
      BASKET_MERGE_STRATEGY_CHOICE: 'on',
      BASKET_MAX_LINES: '2',
    });
  });
  afterAll(() => shop.close());

  it('is reported with the basket until the next change', async () => {
    const tea = await shop.product({ stock: 7 });
    const ada = await shop.user({ basket: [[tea, 4]] });
    const guest = shop.guest();
    await guest.adds(tea, 5);

    const { basket: report } = await guest.logsInAs(ada);

    expect(report).toEqual({
      outcome: 'merged',
      strategy: 'sum',
      paymentUnderWay: false,
      lines: [
        {
          id: tea.sku,
          sku: tea.sku,
          attributes: {},
          guestQuantity: 5,
          userQuantity: 4,
          quantity: 7,
          notice: 'limited-to-stock',
        },
      ],
    });
    expect(await guest.basket()).toMatchObject({ lastMerge: report, lines: [{ quantity: 7 }] });
    expect((await guest.sets(tea, 6)).lastMerge).toBeNull();
    expect((await guest.basket()).lastMerge).toBeNull();
  });

  it('stores a report without the attributes, and shows it with them until the next change', async () => {
    const [tea, other] = [await shop.product(), await shop.product()];
    const guest = shop.guest();
    const attributes = { engraving: 'For Ada' };
    await guest.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1, attributes });

    const { basket: report } = await guest.logsInAs(await shop.user({ basket: [[other, 1]] }));

    expect(report.lines).toMatchObject([{ sku: other.sku }, { sku: tea.sku, attributes }]);
    const { id, lastMerge } = await guest.basket();
    expect(lastMerge).toEqual(report);
    expect(await shop.sql('SELECT last_merge::text AS stored FROM baskets WHERE id = $1', [id])).toEqual([
      { stored: expect.not.stringContaining('For Ada') },
    ]);
  });

  it('keeps all lines, even when the shop allows fewer', async () => {
    const [a, b, c, d] = [
      await shop.product(),
      await shop.product(),
      await shop.product(),
      await shop.product(),
    ];
    const ada = await shop.user({
      basket: [
        [a, 1],
        [b, 1],
      ],
    });
    const guest = shop.guest();
    await guest.adds(c);
    await guest.adds(d);

    await guest.logsInAs(ada);

    expect(Object.keys(await guest.quantities())).toHaveLength(4);
  });

  it('uses the strategy of the login request when the shop leaves the choice', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 4]] });
    const logIn = async (client: ReturnType<Shop['guest']>, mergeStrategy: unknown) => {
      await client.adds(tea, 5);
      const { email, password } = ada;
      return client.sends<LoginDto & ProblemBody>('POST', '/api/auth/login', {
        email,
        password,
        mergeStrategy,
      });
    };

    expect((await logIn(shop.guest(), 'min')).status).toBe(400);
    expect((await logIn(shop.guest(), null)).status).toBe(400);
    expect((await logIn(shop.guest(), 'user')).body.basket).toMatchObject({
      strategy: 'user',
      lines: [{ quantity: 4 }],
    });
    expect((await logIn(shop.guest(), 'guest')).body.basket).toMatchObject({ lines: [{ quantity: 5 }] });
    const strict = await shop.instance();
    const refused = await logIn(strict.guest(), 'user');
    expect([refused.status, refused.body.errors?.[0]?.field]).toEqual([400, 'mergeStrategy']);
  });
});
