import { describe, expect, it } from '@jest/globals';
import { type MergeableLine, mergeLines } from '../../../src/basket/merge/merge-lines.js';
import type { MergeStrategy } from '../../../src/config/environment.js';
import { mergeableLine as line, type LineOptions } from '../../support/mergeable-line.js';

describe('mergeLines', () => {
  it.each<[MergeStrategy, guest: number, user: number, expected: number]>([
    ['max', 3, 1, 3],
    ['max', 1, 3, 3],
    ['sum', 3, 1, 4],
    ['guest', 1, 3, 1],
    ['guest', 3, 1, 3],
    ['user', 3, 1, 1],
    ['user', 1, 3, 3],
  ])('by %s merges %i of the guest and %i of the user into %i', (strategy, guest, user, quantity) => {
    expect(mergeLines([line('tea', guest)], [line('tea', user)], strategy, 99)).toEqual([
      {
        id: 'tea',
        sku: 'tea',
        attributes: {},
        guestQuantity: guest,
        userQuantity: user,
        quantity,
        notice: null,
      },
    ]);
  });

  it.each<MergeStrategy>(['max', 'sum', 'guest', 'user'])(
    'by %s keeps a line that only one side has, above every limit',
    (strategy) => {
      const guest = [line('tea', 120), line('cup', 9, { available: 2 })];
      const user = [line('pot', 200)];

      expect(mergeLines(guest, user, strategy, 99)).toMatchObject([
        { sku: 'pot', guestQuantity: 0, userQuantity: 200, quantity: 200, notice: null },
        { sku: 'tea', guestQuantity: 120, userQuantity: 0, quantity: 120, notice: null },
        { sku: 'cup', guestQuantity: 9, userQuantity: 0, quantity: 9, notice: null },
      ]);
    },
  );

  it.each<[string, MergeableLine, MergeableLine, number, string]>([
    ['the stock', line('tea', 6, { available: 8 }), line('tea', 5, { available: 8 }), 8, 'limited-to-stock'],
    ['the maximum', line('tea', 60), line('tea', 50), 99, 'limited-to-maximum'],
    [
      "the user's own quantity above the stock",
      line('tea', 6, { available: 2 }),
      line('tea', 5, { available: 2 }),
      5,
      'limited-to-stock',
    ],
    [
      "the user's own quantity above the maximum",
      line('tea', 6),
      line('tea', 150),
      150,
      'limited-to-maximum',
    ],
  ])('adds no more than %s allows, and reports it', (_, guest, user, quantity, notice) => {
    expect(mergeLines([guest], [user], 'sum', 99)).toMatchObject([{ quantity, notice }]);
  });

  it('keeps a product that is not for sale any more, and reports it', () => {
    const gone = { ...line('tea', 2), product: null };

    expect(mergeLines([gone, line('cup', 1, { isActive: false })], [], 'max', 99)).toMatchObject([
      { sku: 'tea', quantity: 2, notice: 'unavailable' },
      { sku: 'cup', quantity: 1, notice: 'unavailable' },
    ]);
  });

  it('merges by line: other attributes are another line', () => {
    const ada = { attributes: { engraving: 'Ada' } };
    const bob = { attributes: { engraving: 'Bob' } };

    const merged = mergeLines([line('cup', 2, ada), line('cup', 1)], [line('cup', 4, bob)], 'max', 99);

    expect(merged).toMatchObject([
      { attributes: bob.attributes, guestQuantity: 0, userQuantity: 4, quantity: 4 },
      { attributes: ada.attributes, guestQuantity: 2, userQuantity: 0, quantity: 2 },
      { id: 'cup', attributes: {}, guestQuantity: 1, userQuantity: 0, quantity: 1 },
    ]);
  });

  it.each<[string, LineOptions, string]>([
    ['the stock', { available: 10 }, 'limited-to-stock'],
    ["the product's maximum", { maxQuantity: 10 }, 'limited-to-maximum'],
  ])('cuts the line that was added last first when %s limits the sum', (_, limit, notice) => {
    const first = { ...limit, attributes: { engraving: 'Ada' }, position: 0 };
    const last = { ...limit, attributes: { engraving: 'Bob' }, position: 1 };
    const guest = [line('cup', 5, first), line('cup', 4, last)];
    const user = [line('cup', 1, last), line('cup', 3, first)];

    // Wanted: 8 and 5. The last one is cut to its base of 1 at most.
    expect(mergeLines(guest, user, 'sum', 99)).toMatchObject([
      { attributes: last.attributes, quantity: 2, notice },
      { attributes: first.attributes, quantity: 8, notice: null },
    ]);
  });

  it('cuts no line below its base, so a line of one side stays whole', () => {
    const mine = { available: 3, attributes: { engraving: 'Ada' }, position: 1 };
    const merged = mergeLines([line('cup', 4, mine)], [line('cup', 2, { available: 3 })], 'sum', 99);

    expect(merged).toMatchObject([
      { quantity: 2, notice: null },
      { quantity: 4, notice: null },
    ]);
  });
});
