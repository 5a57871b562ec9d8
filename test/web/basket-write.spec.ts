import { describe, expect, it } from '@jest/globals';
import {
  applyWrites,
  type Basket,
  type BasketWrite,
  enqueue,
  type Line,
} from '../../web/src/basket/basket-write.js';
import { lineKey } from '../../web/src/basket/line-key.js';

const line = (sku: string, quantity: number, more: Partial<Line> = {}): Line => ({
  sku,
  attributes: {},
  name: sku,
  quantity,
  unitPriceMinor: 100,
  unitPriceMinorWhenAdded: 100,
  lineTotalMinor: quantity * 100,
  available: null,
  notices: [],
  ...more,
});
const basket = (...lines: Line[]): Basket => ({
  id: '0199',
  status: 'open',
  owner: 'guest',
  currency: 'EUR',
  version: 1,
  lines,
  totals: {
    lines: lines.length,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    amountMinor: lines.reduce((sum, each) => sum + (each.notices.length > 0 ? 0 : each.lineTotalMinor), 0),
    unavailableLines: lines.filter(({ notices }) => notices.length > 0).length,
  },
  metadata: {},
  reservedUntil: null,
  lastMerge: null,
  expiresAt: null,
});
const write = (
  kind: BasketWrite['kind'],
  sku: string,
  quantity: number,
  key = `${kind}-${sku}`,
): BasketWrite => ({
  key,
  kind,
  product: { sku, name: sku, unitPriceMinor: 100 },
  quantity,
});
const engrave = (write: BasketWrite, engraving: string): BasketWrite => ({
  ...write,
  product: { ...write.product, attributes: { engraving } },
});

describe('the displayed basket', () => {
  it("equals the shop's basket when no writes are waiting", () => {
    const stored = basket(line('tea', 2));

    expect(applyWrites(stored, [])).toBe(stored);
  });

  it('includes added products, in an existing or a new line, and their total', () => {
    const shown = applyWrites(basket(line('tea', 2)), [write('add', 'tea', 1), write('add', 'pot', 3)]);

    expect(shown.lines).toEqual([line('tea', 3), line('pot', 3)]);
    expect(shown.totals).toEqual({ lines: 2, quantity: 6, amountMinor: 600, unavailableLines: 0 });
  });

  it('has the last quantity that was set, and no line that was set to 0', () => {
    const writes = [write('set', 'tea', 5), write('set', 'pot', 0), write('set', 'tea', 4)];

    expect(applyWrites(basket(line('tea', 2), line('pot', 1)), writes).lines).toEqual([line('tea', 4)]);
  });

  it('has a line per engraving, also before the shop has confirmed any', () => {
    const ada = line('pot', 2, { attributes: { engraving: 'Ada' } });
    const bob = line('pot', 1, { attributes: { engraving: 'Bob' } });
    const writes = [
      engrave(write('add', 'pot', 1), 'Ada'),
      write('add', 'pot', 3),
      engrave(write('add', 'pot', 1), 'Bob'),
      engrave(write('set', 'pot', 2), 'Ada'),
    ];

    expect(applyWrites(basket(), writes).lines).toEqual([ada, line('pot', 3), bob]);
    expect(applyWrites(basket(ada, bob), [engrave(write('set', 'pot', 0), 'Ada')]).lines).toEqual([bob]);
  });

  it('excludes lines that cannot be bought from the amount, also when they are removed', () => {
    const gone = line('gone', 2, { notices: ['unavailable'] });

    const more = applyWrites(basket(gone, line('tea', 1)), [write('add', 'tea', 1)]);
    const removed = applyWrites(basket(gone, line('tea', 1)), [write('set', 'gone', 0)]);

    expect(more.totals).toEqual({ lines: 2, quantity: 4, amountMinor: 200, unavailableLines: 1 });
    expect(removed.totals).toEqual({ lines: 1, quantity: 1, amountMinor: 100, unavailableLines: 0 });
  });
});

describe('the waiting writes', () => {
  const keys = (writes: BasketWrite[]) => writes.map(({ key }) => key);
  const queue = (...writes: BasketWrite[]) => keys(writes.reduce<BasketWrite[]>(enqueue, []));

  it('keep their order', () => {
    expect(
      queue(write('add', 'tea', 1, 'a'), write('set', 'tea', 2, 'b'), write('add', 'pot', 1, 'c')),
    ).toEqual(['a', 'b', 'c']);
  });

  it('hold one quantity per line in a row, but never change the write that may be under way', () => {
    expect(
      queue(write('set', 'tea', 1, 'a'), write('set', 'tea', 2, 'b'), write('set', 'tea', 3, 'c')),
    ).toEqual(['a', 'c']);
    expect(
      queue(write('add', 'pot', 1, 'a'), write('set', 'tea', 2, 'b'), write('set', 'pot', 3, 'c')),
    ).toEqual(['a', 'b', 'c']);
    expect(
      queue(
        write('add', 'pot', 1, 'a'),
        engrave(write('set', 'pot', 2, 'b'), 'Ada'),
        engrave(write('set', 'pot', 3, 'c'), 'Bob'),
        engrave(write('set', 'pot', 4, 'd'), 'Bob'),
      ),
    ).toEqual(['a', 'b', 'd']);
  });
});

describe('the key of a line', () => {
  it('is the sku without attributes, and does not depend on their order', () => {
    expect(lineKey({ sku: 'pot' })).toBe('pot');
    expect(lineKey({ sku: 'pot', attributes: {} })).toBe('pot');
    expect(lineKey({ sku: 'pot', attributes: { b: '2', a: '1' } })).toBe(
      lineKey({ sku: 'pot', attributes: { a: '1', b: '2' } }),
    );
    expect(lineKey({ sku: 'pot', attributes: { a: '1' } })).not.toBe(
      lineKey({ sku: 'pot', attributes: { a: '2' } }),
    );
  });
});
