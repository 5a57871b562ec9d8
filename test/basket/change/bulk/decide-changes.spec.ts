import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { RequestedChange } from '../../../../src/basket/change/bulk/changes.dto.js';
import {
  type ChangeDecision,
  type ChangeLimits,
  decideChanges,
} from '../../../../src/basket/change/bulk/decide-changes.js';
import { toLineChange } from '../../../../src/basket/change/bulk/line-change.js';
import { planChanges } from '../../../../src/basket/change/bulk/plan-changes.js';
import { quantityBySku } from '../../../../src/basket/query/availability.js';
import type { LineSnapshot } from '../../../../src/basket/query/basket-snapshot.js';
import { lineIdOf } from '../../../../src/basket/query/line-id.js';
import { toAddedLine } from '../../../../src/basket/query/line-columns.js';
import type { LineProduct } from '../../../../src/basket/query/line-product.js';
import { isAllowedQuantity } from '../../../../src/catalogue/quantity-rule.js';

const LIMITS: ChangeLimits = { basketMaxQuantity: 20, basketMaxLines: 4 };
const RED = { colour: 'red' };

const product = (sku: string, properties: Partial<LineProduct> = {}): LineProduct => ({
  sku,
  name: sku,
  unitPriceMinor: 100,
  stock: null,
  reserved: 0,
  available: null,
  isActive: true,
  minQuantity: 1,
  maxQuantity: null,
  quantityStep: 1,
  ...properties,
});
const TEA = product('TEA', { stock: 10, available: 10 });
const SIX = product('SIX', { minQuantity: 6, quantityStep: 6 });
const OLD = product('OLD', { isActive: false });
const [CUP, POT] = [product('CUP'), product('POT')];
const PRODUCTS = [TEA, SIX, OLD, CUP, POT];
const products = new Map(PRODUCTS.map((each) => [each.sku, each]));

const line = (sku: string, quantity: number, attributes = {}): LineSnapshot => ({
  ...toAddedLine({ sku, quantity, attributes }),
  unitPriceMinorWhenAdded: 90,
  position: 0,
  pinned: null,
  product: products.get(sku) ?? null,
});
const decide = (lines: LineSnapshot[], changes: RequestedChange[], limits = LIMITS): ChangeDecision =>
  decideChanges(planChanges(lines, changes.map(toLineChange)), products, limits);
const quantities = (lines: readonly LineSnapshot[]) => lines.map(({ sku, quantity }) => [sku, quantity]);
const types = ({ outcomes }: ChangeDecision) => outcomes.map(({ problem }) => problem?.type ?? null);

describe('the decision about several changes', () => {
  it('keeps the order, the place and the first price of a line', () => {
    const { lines } = decide(
      [line('POT', 1), line('CUP', 2)],
      [
        { sku: 'TEA', add: 1 },
        { sku: 'POT', add: 1 },
        { sku: 'CUP', attributes: RED, add: 1 },
      ],
    );

    expect(quantities(lines)).toEqual([
      ['POT', 2],
      ['CUP', 2],
      ['TEA', 1],
      ['CUP', 1],
    ]);
    expect(lines.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
    expect(lines.map((each) => each.unitPriceMinorWhenAdded)).toEqual([90, 90, 100, 100]);
  });

  it('judges the total after all changes, not the totals on the way', () => {
    const decision = decide(
      [line('SIX', 6)],
      [
        { sku: 'SIX', add: 1 },
        { sku: 'SIX', add: 900 },
        { lineId: 'SIX', set: 5 },
        { sku: 'SIX', add: 7 },
      ],
    );

    expect(decision.outcomes.map(({ quantity }) => quantity)).toEqual([12, 12, 12, 12]);
  });

  it('removes a line even if the rest of its product breaks the rule', () => {
    const lines = [line('SIX', 5), line('SIX', 1, RED)];
    const { lineId } = toLineChange({ sku: 'SIX', attributes: RED, set: 0 });

    expect(quantities(decide(lines, [{ lineId, set: 0 }]).lines)).toEqual([['SIX', 5]]);
    expect(decide(lines, [{ lineId, set: 2 }]).lines).toEqual([
      { ...lines[0], position: 0 },
      { ...lines[1], position: 1 },
    ]);
  });

  it('refuses all changes of a product, also its removals, and no others', () => {
    const lines = [line('CUP', 1), line('CUP', 2, RED)];

    const decision = decide(lines, [
      { lineId: 'CUP', set: 0 },
      { sku: 'POT', add: 1 },
      { sku: 'CUP', attributes: RED, add: 19 },
    ]);

    expect(types(decision)).toEqual(['quantity-limit', null, 'quantity-limit']);
    expect(decision.outcomes.map(({ quantity }) => quantity)).toEqual([1, 1, 2]);
    expect(quantities(decision.lines)).toEqual([
      ['CUP', 1],
      ['CUP', 2],
      ['POT', 1],
    ]);
  });

  it('allows only the removal of a product that is no longer for sale', () => {
    const gone = line('GONE', 1);

    expect(types(decide([line('OLD', 1)], [{ lineId: 'OLD', set: 0 }]))).toEqual([null]);
    expect(types(decide([line('OLD', 1)], [{ lineId: 'OLD', set: 1 }]))).toEqual(['unavailable']);
    expect(types(decide([line('OLD', 1)], [{ sku: 'OLD', add: 1 }]))).toEqual(['unknown-sku']);
    expect(types(decide([], [{ sku: 'OLD', set: 1 }]))).toEqual(['unknown-sku']);
    expect(types(decide([], [{ sku: 'OLD', set: 0 }]))).toEqual([null]);
    expect(types(decide([gone], [{ lineId: 'GONE', set: 0 }]))).toEqual([null]);
    expect(types(decide([gone], [{ lineId: 'GONE', set: 2 }]))).toEqual(['unknown-sku']);
    expect(types(decide([], [{ lineId: 'GONE', set: 0 }]))).toEqual(['unknown-sku']);
  });

  it('finds a line that an earlier change has created by its id', () => {
    const added: RequestedChange = { sku: 'CUP', attributes: RED, add: 1 };

    const { lines } = decide([], [added, { lineId: toLineChange(added).lineId, set: 5 }]);

    expect(lines).toMatchObject([{ sku: 'CUP', attributes: RED, quantity: 5 }]);
  });

  it('does not know the id of a line that only a later change creates', () => {
    const added: RequestedChange = { sku: 'CUP', attributes: RED, add: 1 };
    const { lineId } = toLineChange(added);

    const decision = decide([], [{ lineId, set: 5 }, added, { lineId, set: 3 }]);

    expect(types(decision)).toEqual(['unknown-sku', null, null]);
    expect(decision.outcomes).toMatchObject([{ quantity: 3 }, { quantity: 3 }, { quantity: 3 }]);
    expect(decision.lines).toMatchObject([{ sku: 'CUP', attributes: RED, quantity: 3 }]);
  });

  it('never takes a sku for the id of another line', () => {
    const red = line('CUP', 1, RED);
    const known = new Map([...products, [red.variant, product(red.variant)]]);
    const plan = planChanges([red], [toLineChange({ sku: red.variant, add: 2 })]);

    expect(decideChanges(plan, known, LIMITS).lines).toMatchObject([
      { sku: 'CUP', quantity: 1 },
      { sku: red.variant, attributes: {}, quantity: 2 },
    ]);
  });

  it('counts the lines again when a refused product keeps its lines', () => {
    const limits = { ...LIMITS, basketMaxLines: 2 };
    const decision = decide(
      [line('CUP', 1), line('POT', 1)],
      [
        { sku: 'TEA', add: 1 },
        { lineId: 'CUP', set: 0 },
        { sku: 'CUP', attributes: RED, add: 1 },
      ],
      limits,
    );

    expect(types(decision)).toEqual(['quantity-limit', 'quantity-limit', 'quantity-limit']);
    expect(quantities(decision.lines)).toEqual([
      ['CUP', 1],
      ['POT', 1],
    ]);
  });

  it('gives the place of a refused product to a later new line', () => {
    const decision = decide(
      [line('POT', 1), line('TEA', 1), line('SIX', 6)],
      [
        { sku: 'CUP', add: 1 },
        { sku: 'CUP', attributes: RED, add: 1 },
        { sku: 'POT', attributes: RED, add: 1 },
      ],
    );

    expect(types(decision)).toEqual(['quantity-limit', 'quantity-limit', null]);
  });
});

const sku = fc.constantFrom('TEA', 'SIX', 'OLD', 'CUP', 'POT', 'GONE');
const attributes = fc.constantFrom({}, RED, { colour: 'blue' });
const change: fc.Arbitrary<RequestedChange> = fc.oneof(
  fc.record({ sku, attributes, add: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ sku, attributes, set: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ lineId: sku, set: fc.integer({ min: 0, max: 12 }) }),
);
const changes = fc.array(change, { minLength: 1, maxLength: 8 });
const lines = fc
  .array(fc.tuple(sku, fc.integer({ min: 1, max: 12 }), attributes), { maxLength: 5 })
  .map((rows) => {
    const made = rows.map((row) => line(...row));
    return [...new Map(made.map((each) => [lineIdOf(each), each])).values()];
  });

describe('a decision about any changes', () => {
  const check = (property: (before: LineSnapshot[], requested: RequestedChange[]) => void) =>
    fc.assert(fc.property(lines, changes, property), { seed: 20_261_127, numRuns: 2_000 });

  it('leaves each refused product and each product without a change as they are', () => {
    check((before, requested) => {
      const decision = decide(before, requested);
      const skus = requested.map((each) => toLineChange(each).added.sku);
      const changed = new Set(skus.filter((_, index) => decision.outcomes[index]?.problem === null));
      const others = (all: LineSnapshot[]) =>
        all.filter((each) => !changed.has(each.sku)).map((each) => [lineIdOf(each), each.quantity]);

      // A product is refused as a whole.
      expect(skus.filter((each, index) => changed.has(each) && decision.outcomes[index]?.problem)).toEqual(
        [],
      );
      expect(others(decision.lines)).toEqual(others(before));
    });
  });

  it('keeps every limit, except for what was there before', () => {
    check((before, requested) => {
      const after = decide(before, requested).lines;
      const totals = quantityBySku(after);
      const former = quantityBySku(before);

      expect(after.length).toBeLessThanOrEqual(Math.max(before.length, LIMITS.basketMaxLines));
      for (const [each, total] of totals) {
        const known = products.get(each);
        // A total that was there, or its rest after a removal, is not judged.
        if (total <= (former.get(each) ?? 0)) continue;
        expect(known?.isActive).toBe(true);
        expect(total).toBeLessThanOrEqual(Math.min(LIMITS.basketMaxQuantity, known?.available ?? Infinity));
        if (known) expect(isAllowedQuantity(total, known)).toBe(true);
      }
    });
  });

  it('is that of single requests, one after the other, where none of them is refused', () => {
    let compared = 0;
    check((before, requested) => {
      const steps: ChangeDecision[] = [];
      for (const one of requested) steps.push(decide(steps.at(-1)?.lines ?? before, [one]));
      if (steps.some(({ outcomes }) => outcomes[0]?.problem)) return;
      compared += 1;

      const together = decide(before, requested);

      const last = new Map((steps.at(-1)?.lines ?? []).map((each) => [lineIdOf(each), each.quantity]));
      expect(new Map(together.lines.map((each) => [lineIdOf(each), each.quantity]))).toEqual(last);
      for (const { lineId, quantity, problem } of together.outcomes) {
        expect([problem, quantity]).toEqual([null, last.get(lineId) ?? null]);
      }
    });
    expect(compared).toBeGreaterThan(100);
  });
});
