import { describe, expect, it } from '@jest/globals';
import { type MergeableLine, mergeLines } from '../../../src/basket/merge/merge-lines.js';
import type { MergeStrategy } from '../../../src/config/environment.js';

interface LineOptions {
  stock?: number | null;
  isActive?: boolean;
}

function line(
  sku: string,
  quantity: number,
  { stock = null, isActive = true }: LineOptions = {},
): MergeableLine {
  const product = { name: sku, unitPriceMinor: 100, stock, isActive };
  return { sku, quantity, product };
}

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
      { sku: 'tea', guestQuantity: guest, userQuantity: user, quantity, notice: null },
    ]);
  });

  it.each<MergeStrategy>(['max', 'sum', 'guest', 'user'])(
    'by %s keeps a line that only one side has, above every limit',
    (strategy) => {
      const guest = [line('tea', 120), line('cup', 9, { stock: 2 })];
      const user = [line('pot', 200)];

      expect(mergeLines(guest, user, strategy, 99)).toEqual([
        { sku: 'pot', guestQuantity: 0, userQuantity: 200, quantity: 200, notice: null },
        { sku: 'tea', guestQuantity: 120, userQuantity: 0, quantity: 120, notice: null },
        { sku: 'cup', guestQuantity: 9, userQuantity: 0, quantity: 9, notice: null },
      ]);
    },
  );

  it.each<[string, MergeableLine, MergeableLine, number, string]>([
    ['the stock', line('tea', 6, { stock: 8 }), line('tea', 5, { stock: 8 }), 8, 'limited-to-stock'],
    ['the maximum', line('tea', 60), line('tea', 50), 99, 'limited-to-maximum'],
    [
      "the user's own quantity above the stock",
      line('tea', 6, { stock: 2 }),
      line('tea', 5, { stock: 2 }),
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
});
