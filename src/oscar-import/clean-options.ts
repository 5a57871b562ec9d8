import type { EntityManager } from 'typeorm';
import { variantOf } from '../basket/query/line-id.js';
import { CLEAN_SKU, JOIN_CLEAN_SKU } from './clean-skus.js';
import { type OscarOption, readOptions } from './read-options.js';

/** Valid options of a line have fewer bytes, even if JSON escapes every character. */
const MAX_BYTES = 32_768;

const BATCH = 1_000;

/** `options` is null if it is too long. */
export const COLLECT_OPTIONS = `
  CREATE TEMPORARY TABLE line_options ON COMMIT DROP AS
  SELECT l.id AS line_id, ${CLEAN_SKU} AS sku,
    CASE WHEN octet_length(o.options) <= ${MAX_BYTES} THEN o.options END AS options
  FROM (
    SELECT line_id, json_agg(json_build_array(code, value) ORDER BY code, value)::text AS options
    FROM old_options GROUP BY line_id
  ) AS o
  JOIN old_lines l ON l.id = o.line_id
  ${JOIN_CLEAN_SKU}`;

const CREATE = `
  CREATE TEMPORARY TABLE clean_options (sku text, options text, variant text, attributes jsonb) ON COMMIT DROP;
  DECLARE distinct_options NO SCROLL CURSOR FOR
  SELECT DISTINCT sku, options FROM line_options WHERE sku IS NOT NULL AND options IS NOT NULL`;

const INSERT = `
  INSERT INTO clean_options SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])`;

/**
 * Creates the table `line_options` with the options of each line, and `clean_options` with the
 * variant and the attributes of each sku and options that a line can have.
 */
export async function cleanOptions(manager: EntityManager): Promise<void> {
  await manager.query(COLLECT_OPTIONS);
  await manager.query(CREATE);
  for (;;) {
    type Row = { sku: string; options: string };
    const rows = await manager.query<Row[]>(`FETCH ${BATCH} FROM distinct_options`);
    if (rows.length === 0) break;
    const usable = rows.flatMap(({ sku, options }) => {
      const attributes = readOptions(JSON.parse(options) as OscarOption[]);
      return attributes ? [{ sku, options, variant: variantOf(sku, attributes), attributes }] : [];
    });
    await manager.query(INSERT, [
      usable.map(({ sku }) => sku),
      usable.map(({ options }) => options),
      usable.map(({ variant }) => variant),
      usable.map(({ attributes }) => JSON.stringify(attributes)),
    ]);
  }
  await manager.query('CLOSE distinct_options');
  await manager.query('ANALYZE line_options, clean_options');
}
