import { lineIdOf } from '../../query/line-id.js';
import { type AddedLine, toAddedLine } from '../../query/line-columns.js';
import type { RequestedChange } from './changes.dto.js';

/** A change of one line. */
export interface LineChange {
  lineId: string;
  /** True: the change names an existing line by its id, and not by sku and attributes. */
  isById: boolean;
  /** The line that the change creates if the basket has none with this id. */
  added: AddedLine;
  /** True: the quantity is added. False: it is set. */
  isAdded: boolean;
  quantity: number;
}

export function toLineChange(change: RequestedChange): LineChange {
  if ('lineId' in change) {
    const { lineId, set: quantity } = change;
    const added = toAddedLine({ sku: lineId, quantity });
    return { lineId, isById: true, added, isAdded: false, quantity };
  }
  const { sku, attributes } = change;
  const isAdded = 'add' in change;
  const quantity = isAdded ? change.add : change.set;
  const added = toAddedLine({ sku, attributes, quantity });
  return { lineId: lineIdOf(added), isById: false, added, isAdded, quantity };
}
