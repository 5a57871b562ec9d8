import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';

/**
 * Creates the staging tables. All values from the old shop stay text.
 *
 * A value that does not fit into our columns then costs one row, not the whole import.
 */
const CREATE = `
  CREATE TEMPORARY TABLE old_baskets (
    id bigint, is_guest boolean, email text, password text, name text, created_at text
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE old_sessions (id text, basket_id bigint, expired_at float8) ON COMMIT DROP;
  CREATE TEMPORARY TABLE old_lines (
    id bigint, basket_id bigint, sku text, quantity text, price text, currency text, added_at text
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE old_options (line_id bigint, code text, value text) ON COMMIT DROP`;

const LINE_FEED = 0x0a;

export async function createStaging(target: pg.PoolClient): Promise<void> {
  await target.query(`SET LOCAL datestyle = 'ISO'`);
  await target.query(CREATE);
}

/**
 * Streams the rows of a query in one database into a table in another: COPY to COPY, in constant
 * memory.
 */
export async function copy(
  from: { client: pg.Client; sql: string },
  to: { client: pg.PoolClient; table: string },
  onRows: (rows: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const source = from.client.query(copyTo(`COPY (${from.sql}) TO STDOUT`));
  const sink = to.client.query(copyFrom(`COPY ${to.table} FROM STDIN`));
  // A SQL_ASCII database can contain bytes of any encoding. Invalid ones become U+FFFD, which no
  // valid sku and no valid address contains.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onRows(countLines(chunk));
      done(null, decoder.decode(chunk, { stream: true }));
    },
    flush(done) {
      done(null, decoder.decode());
    },
  });
  await pipeline(source, counter, sink, { signal });
}

/** Counts the rows, because COPY escapes a line feed in a value. */
function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
