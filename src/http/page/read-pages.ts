/**
 * Reads a list page by page. Each page starts after the last row of the previous one.
 *
 * Holds no connection between two pages.
 */
export async function* readPages<Row>(
  limit: number,
  read: (last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  let rows: Row[] = [];
  do {
    rows = await read(rows.at(-1));
    yield rows;
  } while (rows.length === limit);
}
