import type { EntityManager } from 'typeorm';
import type { BasketSnapshot, LineSnapshot } from './basket-snapshot.js';
import {
  type CarriedLine,
  columnsOf,
  copiedLine,
  insertedLine,
  LINE_KEY,
  lineKeyOf,
  ON_LINE_CONFLICT,
} from './line-columns.js';
import { CHANGED } from './write-basket.js';

/** The new lines keep their order: the lines of a basket are read in the order of adding. */
const saved = insertedLine({
  ...copiedLine(),
  basketId: 'changed.id',
  addedAt: `statement_timestamp() + l.ordinality * interval '1 microsecond'`,
});

/**
 * `$1` the basket, `$2` and `$3` the skus and variants of the removed lines, `$4` the saved lines
 * as JSON.
 */
export const WRITE_LINES = `
  ${CHANGED}, removed AS (
    DELETE FROM basket_lines USING changed
    WHERE basket_id = changed.id AND (${LINE_KEY}) IN (SELECT * FROM unnest($2::text[], $3::text[]))
  )
  INSERT INTO basket_lines (${saved.columns})
  SELECT ${saved.expressions}
  FROM changed, jsonb_populate_recordset(NULL::basket_lines, $4::jsonb) WITH ORDINALITY l
  ${ON_LINE_CONFLICT}`;

/**
 * Gives a locked basket these lines in one statement, and returns the basket after it. Writes
 * nothing if it has them already.
 *
 * @param create is called for the first lines
 */
export async function writeLines(
  manager: EntityManager,
  basket: BasketSnapshot | null,
  lines: LineSnapshot[],
  create: () => Promise<BasketSnapshot>,
): Promise<BasketSnapshot | null> {
  const before = new Map((basket?.lines ?? []).map((line) => [lineKeyOf(line), line]));
  const saved = lines.filter((line) => before.get(lineKeyOf(line))?.quantity !== line.quantity);
  for (const line of lines) before.delete(lineKeyOf(line));
  const removed = [...before.values()];
  if (saved.length + removed.length === 0) return basket;
  const written = basket ?? (await create());
  await manager.query(WRITE_LINES, [
    written.id,
    removed.map(({ sku }) => sku),
    removed.map(({ variant }) => variant),
    JSON.stringify(saved.map(toRow)),
  ]);
  return { ...written, version: written.version + 1, lastMerge: null, lines };
}

/** The columns by their names in the table. */
function toRow(line: CarriedLine): object {
  const columns = columnsOf('request', 'product');
  return Object.fromEntries(columns.map(({ property, column }) => [column, line[property]]));
}
