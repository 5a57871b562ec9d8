import type { MergedLine, MergeReport } from '../../auth/event/user-logged-in.event.js';
import { type Attributes, lineIdOf } from './line-id.js';

type StoredLine = Omit<MergedLine, 'attributes'>;

/**
 * A report in `baskets.last_merge`, without the attributes: each row of a read repeats the report.
 *
 * 0.2.0 stored `thawed`, and lines without an id.
 */
export type StoredReport = Omit<MergeReport, 'paymentUnderWay' | 'lines'> & {
  paymentUnderWay?: boolean;
  lines: (Omit<StoredLine, 'id'> & Partial<Pick<StoredLine, 'id'>>)[];
};

export function toStoredReport({ lines, ...report }: MergeReport): StoredReport {
  return { ...report, lines: lines.map(toStoredLine) };
}

function toStoredLine({ id, sku, guestQuantity, userQuantity, quantity, notice }: MergedLine): StoredLine {
  return { id, sku, guestQuantity, userQuantity, quantity, notice };
}

/**
 * Completes a stored report. The lines of the basket have the attributes, because a change of the
 * basket removes the report.
 */
export function toMergeReport(
  { outcome, strategy, paymentUnderWay = false, lines }: StoredReport,
  basketLines: readonly { sku: string; variant: string; attributes: Attributes }[],
): MergeReport {
  const attributes = new Map(basketLines.map((line) => [keyOf(lineIdOf(line), line.sku), line.attributes]));
  return {
    outcome,
    strategy,
    paymentUnderWay,
    lines: lines.map(({ id: storedId, ...line }) => {
      const id = storedId ?? line.sku;
      return { id, ...line, attributes: attributes.get(keyOf(id, line.sku)) ?? {} };
    }),
  };
}

/** A sku can have the form of another line's id. */
function keyOf(id: string, sku: string): string {
  return `${id} ${sku}`;
}
