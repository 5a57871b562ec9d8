import { quantityBySku } from '../../query/availability.js';
import type { LineSnapshot } from '../../query/basket-snapshot.js';
import { type AddedLine, lineKeyOf } from '../../query/line-columns.js';
import type { LineChange } from './line-change.js';

/** A line before and after all changes. */
export interface PlannedLine {
  added: AddedLine;
  /** Null: the changes create the line. */
  previous: LineSnapshot | null;
  /** 0: the changes remove the line, or create none. */
  quantity: number;
}

/** A change with the line that it means. Several changes can mean the same line. */
export interface PlannedChange {
  change: LineChange;
  line: PlannedLine;
}

/** The basket after all changes, if none is refused. */
export interface ChangePlan {
  /** The lines of the basket, then the new ones in the order of their changes. */
  lines: PlannedLine[];
  changes: PlannedChange[];
  /** The quantity of each sku over all lines. */
  totals: Map<string, number>;
}

/**
 * Applies the changes to the lines, in their order.
 *
 * A sku can have the form of an id. So a change by sku and attributes is never searched by its id.
 */
export function planChanges(lines: readonly LineSnapshot[], changes: readonly LineChange[]): ChangePlan {
  const planned: PlannedLine[] = lines.map((previous) => ({
    added: previous,
    previous,
    quantity: previous.quantity,
  }));
  const byKey = new Map(planned.map((line) => [lineKeyOf(line.added), line]));
  const byVariant = new Map(planned.map((line) => [line.added.variant, line]));
  const plannedChanges = changes.map((change) => {
    const { lineId, isById, added } = change;
    let line = (isById && byVariant.get(lineId)) || byKey.get(lineKeyOf(added));
    if (!line) {
      line = { added, previous: null, quantity: 0 };
      planned.push(line);
      byKey.set(lineKeyOf(added), line);
      byVariant.set(added.variant, line);
    }
    line.quantity = change.quantity + (change.isAdded ? line.quantity : 0);
    return { change, line };
  });
  const quantities = planned.map(({ added: { sku }, quantity }) => ({ sku, quantity }));
  return { lines: planned, changes: plannedChanges, totals: quantityBySku(quantities) };
}
