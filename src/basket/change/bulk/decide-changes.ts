import { Problem } from '../../../problem/problem.js';
import type { LineSnapshot } from '../../query/basket-snapshot.js';
import { lineIdOf } from '../../query/line-id.js';
import type { LineProduct } from '../../query/line-product.js';
import { findBreach, tooManyLines, unavailable, unknownSku } from '../line-rules.js';
import type { ChangePlan, PlannedChange, PlannedLine } from './plan-changes.js';

export interface ChangeLimits {
  basketMaxQuantity: number;
  basketMaxLines: number;
}

/** The result of one change. */
export interface ChangeOutcome {
  lineId: string;
  /** The quantity of the line after all changes, or null without the line. */
  quantity: number | null;
  problem: Problem | null;
}

export interface ChangeDecision {
  /** The lines of the basket after the changes that are not refused. */
  lines: LineSnapshot[];
  /** In the order of the changes. */
  outcomes: ChangeOutcome[];
}

/** The products of the changes, by sku, also those that are no longer for sale. */
export type Products = ReadonlyMap<string, LineProduct>;

/**
 * Decides which changes are made.
 *
 * Rules, limits and stock are judged on the total of each sku after all changes. A sku is changed
 * as a whole or not at all.
 *
 * @param products their `available` is exact, or not below the total
 */
export function decideChanges(plan: ChangePlan, products: Products, limits: ChangeLimits): ChangeDecision {
  const own = plan.changes.map((planned) => findProductProblem(planned, products));
  const refused = refuseSkus(plan, own, products, limits.basketMaxQuantity);
  refuseLines(plan.lines, refused, limits.basketMaxLines);
  const lines = toLines(plan.lines, refused, products);
  const quantities = new Map(lines.map((line) => [lineIdOf(line), line.quantity]));
  const outcomes = plan.changes.map(({ change: { lineId }, line }, index) => {
    const problem = own[index] ?? refused.get(line.added.sku) ?? null;
    return { lineId, quantity: quantities.get(lineId) ?? null, problem };
  });
  return { lines, outcomes };
}

/** A removal needs no product for sale, but it must be of a line or of a product. */
function findProductProblem({ change, line }: PlannedChange, products: Products): Problem | null {
  const { sku } = line.added;
  const product = products.get(sku);
  const isRemoval = !change.isAdded && change.quantity === 0;
  if (product?.isActive || (isRemoval && (product ?? line.previous))) return null;
  return product && line.previous && !change.isAdded ? unavailable(sku) : unknownSku(sku);
}

/** Returns the first problem of each sku that is refused. */
function refuseSkus(
  { changes, totals }: ChangePlan,
  own: (Problem | null)[],
  products: Products,
  maxQuantity: number,
): Map<string, Problem> {
  const refused = new Map<string, Problem>();
  for (const [index, { line }] of changes.entries()) {
    const { sku } = line.added;
    const problem = own[index] ?? null;
    if (problem && !refused.has(sku)) refused.set(sku, problem);
  }
  for (const { line } of changes) {
    const { sku } = line.added;
    const product = products.get(sku);
    // A line can be removed whatever the other lines of its product are.
    if (line.quantity === 0 || !product || refused.has(sku)) continue;
    const breach = findBreach(totals.get(sku) ?? 0, product, maxQuantity);
    if (breach) refused.set(sku, breach);
  }
  return refused;
}

/**
 * Refuses the skus with a new line that does not fit. All removals come first, then the new lines
 * in the order of their changes.
 *
 * A refused sku keeps the lines that it would have removed. So the other new lines may no longer
 * fit, and the count starts again.
 */
function refuseLines(lines: PlannedLine[], refused: Map<string, Problem>, maxLines: number): void {
  const removed = new Set(lines.filter((line) => line.previous && line.quantity === 0).map(skuOf));
  let isRepeated: boolean;
  do {
    isRepeated = false;
    const isDone = (line: PlannedLine) => !refused.has(skuOf(line));
    const kept = lines.filter((line) => line.previous && (line.quantity > 0 || !isDone(line)));
    const added = new Map<string, number>();
    let count = kept.length;
    for (const line of lines) {
      if (line.previous || line.quantity === 0 || !isDone(line)) continue;
      const sku = skuOf(line);
      if (count < maxLines) {
        count += 1;
        added.set(sku, (added.get(sku) ?? 0) + 1);
        continue;
      }
      refused.set(sku, tooManyLines(maxLines));
      count -= added.get(sku) ?? 0;
      isRepeated ||= removed.has(sku);
    }
  } while (isRepeated);
}

function toLines(planned: PlannedLine[], refused: Map<string, Problem>, products: Products): LineSnapshot[] {
  const lines: LineSnapshot[] = [];
  for (const { added, previous, quantity } of planned) {
    const position = lines.length;
    const product = products.get(added.sku);
    if (refused.has(added.sku)) {
      if (previous) lines.push({ ...previous, position });
    } else if (previous && quantity > 0) {
      lines.push({ ...previous, position, quantity, product: product ?? previous.product });
    } else if (product && quantity > 0) {
      const { unitPriceMinor: unitPriceMinorWhenAdded } = product;
      lines.push({ ...added, quantity, unitPriceMinorWhenAdded, position, pinned: null, product });
    }
  }
  return lines;
}

function skuOf({ added }: PlannedLine): string {
  return added.sku;
}
