import type { components } from '../api/schema.js';
import { type Attributes, lineKey } from './line-key.js';

/** A line as the pages show it. A line that the shop has not confirmed has no id: see `lineKey`. */
export type Line = Omit<components['schemas']['LineDto'], 'id'>;
export type Basket = Omit<components['schemas']['BasketDto'], 'lines'> & { lines: Line[] };
/** A product, with the options that the visitor has chosen. */
export type Product = Pick<components['schemas']['ProductDto'], 'sku' | 'name' | 'unitPriceMinor'> & {
  attributes?: Attributes;
};

/** A change of the basket that the shop has not confirmed yet. */
export interface BasketWrite {
  /** The `Idempotency-Key`, the same at each attempt, so that the shop counts the change once. */
  key: string;
  kind: 'add' | 'set';
  product: Product;
  /** Pieces to add (`add`), or the new quantity (`set`). A new quantity of 0 removes the line. */
  quantity: number;
}

/**
 * Appends a write.
 *
 * A later `set` of the same line replaces the last one, unless that may be under way already.
 */
export function enqueue(writes: readonly BasketWrite[], write: BasketWrite): BasketWrite[] {
  const last = writes.at(-1);
  const isOvertaken =
    writes.length > 1 &&
    write.kind === 'set' &&
    last?.kind === 'set' &&
    lineKey(last.product) === lineKey(write.product);
  return [...(isOvertaken ? writes.slice(0, -1) : writes), write];
}

/** The basket as if the shop had confirmed all writes. The visitor sees it in the meantime. */
export function applyWrites(basket: Basket, writes: readonly BasketWrite[]): Basket {
  if (writes.length === 0) return basket;
  const lines = writes.reduce(applyWrite, basket.lines);
  const keys = new Set(lines.map(lineKey));
  const removed = basket.lines.filter((line) => !keys.has(lineKey(line)));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
  const buyable = lines.filter(isBuyable);
  return {
    ...basket,
    lines,
    totals: {
      lines: lines.length,
      quantity: sum(lines.map(({ quantity }) => quantity)),
      amountMinor: sum(buyable.map(({ lineTotalMinor }) => lineTotalMinor)),
      unavailableLines: basket.totals.unavailableLines - removed.filter((line) => !isBuyable(line)).length,
    },
  };
}

function isBuyable({ notices }: Line): boolean {
  return notices.every((notice) => notice === 'price-changed');
}

function applyWrite(lines: Line[], { kind, product, quantity }: BasketWrite): Line[] {
  const key = lineKey(product);
  const known = lines.find((line) => lineKey(line) === key);
  const wanted = kind === 'add' ? (known?.quantity ?? 0) + quantity : quantity;
  if (wanted === 0) return lines.filter((line) => line !== known);
  const line = { ...(known ?? firstLine(product)), quantity: wanted };
  line.lineTotalMinor = wanted * line.unitPriceMinor;
  return known ? lines.map((each) => (each === known ? line : each)) : [...lines, line];
}

function firstLine({ sku, attributes = {}, name, unitPriceMinor }: Product): Line {
  return {
    sku,
    attributes,
    name,
    unitPriceMinor,
    unitPriceMinorWhenAdded: unitPriceMinor,
    quantity: 0,
    lineTotalMinor: 0,
    available: null,
    notices: [],
  };
}
