/**
 * Reads a list page by page, each behind the last row of the page before. Nothing is held while nobody asks for the next
 * page.
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
