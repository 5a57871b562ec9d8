/**
 * Reads a list page by page. Each page starts after the last row of the previous one.
 *
 * Holds no connection between two pages.
 */
export async function* readPages<Row>(
  limit: number,
  read: (last: Row | undefined) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  for (let last: Row | undefined; ;) {
    const rows = await read(last);
    yield rows;
    if (rows.length < limit) return;
    last = rows.at(-1);
  }
}
