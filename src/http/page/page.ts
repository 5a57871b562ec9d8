export interface Page<Row> {
  rows: Row[];
  /** Null: this is the last page. */
  nextCursor: string | null;
}

/** Makes a page of at most `limit` rows. `found` has one row more when there is a next page. */
export function toPage<Row>(found: Row[], limit: number, cursorOf: (last: Row) => string): Page<Row> {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, nextCursor: last && found.length > limit ? cursorOf(last) : null };
}

/**
 * Makes a page of a list that grows at its end.
 *
 * A full page has a cursor, also when it is the last one: rows may follow later, and a reader goes
 * on from there.
 */
export function toPageOfGrowingList<Row>(
  rows: Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): Page<Row> {
  const last = rows.at(-1);
  return { rows, nextCursor: last && rows.length === limit ? cursorOf(last) : null };
}
