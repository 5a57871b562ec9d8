import { describe, expect, it } from '@jest/globals';
import { ApiProblem, messageOf } from '../../web/src/api/problem.js';
import {
  ANY_QUANTITY,
  choiceText,
  isAllowed,
  neighboursOf,
  piecesToAdd,
  piecesToRemove,
  type QuantityRule,
  ruleText,
} from '../../web/src/catalogue/quantity-rule.js';

const rule = (more: Partial<QuantityRule>): QuantityRule => ({ ...ANY_QUANTITY, ...more });
const packs = rule({ minQuantity: 10, quantityStep: 6, maxQuantity: 27 });

describe('a quantity rule', () => {
  it('allows multiples of the step from the minimum to the maximum', () => {
    const allowed = Array.from({ length: 40 }, (_, quantity) => quantity).filter((n) => isAllowed(n, packs));

    expect(allowed).toEqual([12, 18, 24]);
  });

  it.each([
    [0, null, 12],
    [11, null, 12],
    [12, null, 18],
    [13, 12, 18],
    [18, 12, 24],
    [24, 18, null],
    [30, 24, null],
  ])('has neighbours of the quantity %i: %s and %s', (quantity, below, above) => {
    expect(neighboursOf(quantity, packs)).toEqual({ below, above });
  });

  it('gives the pieces of a click, over all lines of a product', () => {
    expect([0, 5, 12, 24].map((quantity) => piecesToAdd(quantity, packs))).toEqual([12, 7, 6, 6]);
    expect([12, 13, 24].map((quantity) => piecesToRemove(quantity, packs))).toEqual([12, 1, 6]);
    expect([0, 7].map((quantity) => piecesToAdd(quantity, ANY_QUANTITY))).toEqual([1, 1]);
    expect([1, 7].map((quantity) => piecesToRemove(quantity, ANY_QUANTITY))).toEqual([1, 1]);
  });

  it.each([
    [ANY_QUANTITY, ''],
    [rule({ quantityStep: 6 }), 'Sold in packs of 6.'],
    [rule({ minQuantity: 3 }), 'At least 3.'],
    [rule({ maxQuantity: 2 }), 'At most 2.'],
    [packs, 'Sold in packs of 6, at least 12, at most 24.'],
  ])('is explained: %j', (given, text) => {
    expect(ruleText(given)).toBe(text);
  });

  it('is explained when the shop refuses a quantity', () => {
    const refused = (more: object) =>
      messageOf(
        new ApiProblem(new Response(null, { status: 422 }), {
          type: '/problems/quantity-rule',
          title: 'Title',
          detail: 'Detail.',
          ...more,
        }),
      );

    expect(refused({ ...packs, nearest: { below: 12, above: 18 } })).toBe(
      'Sold in packs of 6, at least 12, at most 24. Choose 12 or 18 pieces.',
    );
    expect(refused({ ...packs, nearest: { below: null, above: 12 } })).toMatch(/Choose 12 pieces\.$/);
    expect(refused({ skus: ['TEA'] })).toBe('Title. Detail.');
    expect(choiceText({ below: null, above: null })).toBe('');
  });
});
