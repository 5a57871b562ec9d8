import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';

/**
 * Stages the rows of the old shop unchanged, as text.
 * A value that fits no column of ours then costs one row and does not stop the import.
 */
const CREATE = `
  CREATE TEMPORARY TABLE old_baskets (
    id bigint, is_guest boolean, email text, password text, name text, created_at text
  ) ON COMMIT DROP;
  CREATE TEMPORARY TABLE old_sessions (id text, basket_id bigint, expired_at float8) ON COMMIT DROP;
  CREATE TEMPORARY TABLE old_lines (
    basket_id bigint, sku text, quantity text, price text, currency text, added_at text
  ) ON COMMIT DROP`;

const LINE_FEED = 0x0a;

export async function createStaging(target: pg.PoolClient): Promise<void> {
  await target.query(`SET LOCAL datestyle = 'ISO'`);
  await target.query(CREATE);
}

/** Streams the rows of a query at one database into a table at another: COPY to COPY, whatever their number. */
export async function copy(
  from: { client: pg.Client; sql: string },
  to: { client: pg.PoolClient; table: string },
  onRows: (rows: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const source = from.client.query(copyTo(`COPY (${from.sql}) TO STDOUT`));
  const sink = to.client.query(copyFrom(`COPY ${to.table} FROM STDIN`));
  // A SQL_ASCII database can contain bytes of any encoding. Broken ones become U+FFFD.
  // No valid sku and no valid address contains that character.
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

/** A line feed within a value is escaped. */
function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  return lines;
}
