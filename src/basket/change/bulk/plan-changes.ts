import { quantityBySku } from '../../query/availability.js';
import type { LineSnapshot } from '../../query/basket-snapshot.js';
import { lineIdOf } from '../../query/line-id.js';
import type { AddedLine } from '../../query/line-columns.js';
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

/** Applies the changes to the lines, in their order. */
export function planChanges(lines: readonly LineSnapshot[], changes: readonly LineChange[]): ChangePlan {
  const planned: PlannedLine[] = lines.map((previous) => ({
    added: previous,
    previous,
    quantity: previous.quantity,
  }));
  const byId = new Map(planned.map((line) => [lineIdOf(line.added), line]));
  const plannedChanges = changes.map((change) => {
    let line = byId.get(change.lineId);
    if (!line) {
      line = { added: change.added, previous: null, quantity: 0 };
      planned.push(line);
      byId.set(change.lineId, line);
    }
    line.quantity = change.quantity + (change.isAdded ? line.quantity : 0);
    return { change, line };
  });
  const quantities = planned.map(({ added: { sku }, quantity }) => ({ sku, quantity }));
  return { lines: planned, changes: plannedChanges, totals: quantityBySku(quantities) };
}
