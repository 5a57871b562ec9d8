export interface Page<Row> {
  rows: Row[];
  /** Null if this is the last page. */
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
 * A full page always has a cursor. If it is the last page, the reader can use the cursor later to
 * get the rows that were added meanwhile.
 */
export function toPageOfGrowingList<Row>(
  rows: Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): Page<Row> {
  const last = rows.at(-1);
  return { rows, nextCursor: last && rows.length === limit ? cursorOf(last) : null };
}
