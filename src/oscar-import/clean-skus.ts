import type { EntityManager } from 'typeorm';
import { isSku, normaliseSku } from '../catalogue/sku.js';

/** Normalization can't make a sku of a longer text. */
const MAX_RAW_LENGTH = 1_000;

const BATCH = 5_000;

/** SQL: the text is words of ASCII, so it is certainly a valid sku. */
const isPlainSku = (text: string): string =>
  `(length(${text}) <= 100 AND ${text} ~ '^[!-~]+( [!-~]+)*$' AND ${text} !~ '^[.]+$')`;

/** SQL: our sku of an old line `l`, or null if it is invalid. Needs `JOIN_CLEAN_SKU`. */
export const CLEAN_SKU = `CASE WHEN ${isPlainSku('l.sku')} THEN l.sku ELSE c.sku END`;

export const JOIN_CLEAN_SKU = 'LEFT JOIN clean_skus c ON c.raw = l.sku';

export const FIND_UNUSUAL = `
  CREATE TEMPORARY TABLE clean_skus ON COMMIT DROP AS
  SELECT row_number() OVER ()::int AS id, raw, NULL::text AS sku
  FROM (
    SELECT DISTINCT sku AS raw FROM old_lines
    WHERE length(sku) <= ${MAX_RAW_LENGTH} AND NOT ${isPlainSku('sku')}
  ) AS unusual`;

/**
 * Creates the table `clean_skus` for the old skus that are not plain ASCII.
 *
 * It maps each of them to our sku, or to null if it is invalid.
 */
export async function cleanSkus(manager: EntityManager): Promise<void> {
  await manager.query(FIND_UNUSUAL);
  for (let id = 0; ; id += BATCH) {
    const rows = await manager.query<{ id: number; raw: string }[]>(
      'SELECT id, raw FROM clean_skus WHERE id > $1 AND id <= $2',
      [id, id + BATCH],
    );
    if (rows.length === 0) break;
    const cleaned = rows.map(({ raw }) => normaliseSku(raw)).map((sku) => (isSku(sku) ? sku : null));
    await manager.query(
      `UPDATE clean_skus SET sku = cleaned.sku
       FROM unnest($1::int[], $2::text[]) AS cleaned (id, sku) WHERE cleaned.id = clean_skus.id`,
      [rows.map((row) => row.id), cleaned],
    );
  }
  await manager.query('ANALYZE clean_skus');
}
