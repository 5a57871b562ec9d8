import type { MergedLine, MergeReport } from '../../auth/event/user-logged-in.event.js';

/** A report in `baskets.last_merge`. 0.2.0 stored `thawed`, and lines without id and attributes. */
type StoredReport = Omit<MergeReport, 'paymentUnderWay' | 'lines'> & {
  paymentUnderWay?: boolean;
  lines: (Omit<MergedLine, 'id' | 'attributes'> & Partial<Pick<MergedLine, 'id' | 'attributes'>>)[];
};

/** Completes a report that an earlier version has stored. */
export function toMergeReport({
  outcome,
  strategy,
  paymentUnderWay = false,
  lines,
}: StoredReport): MergeReport {
  return {
    outcome,
    strategy,
    paymentUnderWay,
    lines: lines.map((line) => ({ ...line, id: line.id ?? line.sku, attributes: line.attributes ?? {} })),
  };
}
