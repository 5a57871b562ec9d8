import type { components } from '../api/schema.js';

/** The members of a line that the pages show. */
export type Line = Pick<
  components['schemas']['LineDto'],
  'sku' | 'name' | 'quantity' | 'unitPriceMinor' | 'unitPriceMinorWhenAdded' | 'lineTotalMinor' | 'notices'
>;
export type Basket = Omit<components['schemas']['BasketDto'], 'lines'> & { lines: Line[] };
export type Product = Pick<components['schemas']['ProductDto'], 'sku' | 'name' | 'unitPriceMinor'>;

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
 * A later `set` of the same product replaces the last one, unless that may be under way already.
 */
export function enqueue(writes: readonly BasketWrite[], write: BasketWrite): BasketWrite[] {
  const last = writes.at(-1);
  const isOvertaken =
    writes.length > 1 &&
    write.kind === 'set' &&
    last?.kind === 'set' &&
    last.product.sku === write.product.sku;
  return [...(isOvertaken ? writes.slice(0, -1) : writes), write];
}

/** The basket as if the shop had confirmed all writes. The visitor sees it in the meantime. */
export function applyWrites(basket: Basket, writes: readonly BasketWrite[]): Basket {
  if (writes.length === 0) return basket;
  const lines = writes.reduce(applyWrite, basket.lines);
  const removed = basket.lines.filter((line) => !lines.some(({ sku }) => sku === line.sku));
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
  return !notices.includes('unavailable') && !notices.includes('insufficient-stock');
}

function applyWrite(lines: Line[], { kind, product, quantity }: BasketWrite): Line[] {
  const known = lines.find(({ sku }) => sku === product.sku);
  const wanted = kind === 'add' ? (known?.quantity ?? 0) + quantity : quantity;
  if (wanted === 0) return lines.filter((line) => line !== known);
  const line = { ...(known ?? firstLine(product)), quantity: wanted };
  line.lineTotalMinor = wanted * line.unitPriceMinor;
  return known ? lines.map((each) => (each === known ? line : each)) : [...lines, line];
}

function firstLine({ sku, name, unitPriceMinor }: Product): Line {
  const unitPriceMinorWhenAdded = unitPriceMinor;
  return { sku, name, unitPriceMinor, unitPriceMinorWhenAdded, quantity: 0, lineTotalMinor: 0, notices: [] };
}
