export interface Page<Row> {
  rows: Row[];
  /** Null: no row comes behind this page. */
  nextCursor: string | null;
}

/** Makes a page of at most `limit` rows. `found` has one row more when there is a next page. */
export function toPage<Row>(found: Row[], limit: number, cursorOf: (last: Row) => string): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: last && found.length > limit ? cursorOf(last) : null };
}
