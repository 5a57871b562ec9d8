import { spawn } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { fillShop, type ShopSize } from './shop-data.js';

const ROOT = join(import.meta.dirname, '..');
const BATCH = 2_000;

/** Sessions removed per second, by the one way or the other. */
export type Contender = (url: string) => Promise<number>;

/** The limit: one statement a batch, expiry checked again under the lock, beside other instances, moving forward. */
const LIMIT = `
  WITH chosen AS (
    SELECT ctid, expired_at FROM sessions
    WHERE expired_at BETWEEN $1 AND $2
    ORDER BY expired_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED
  ), gone AS (
    DELETE FROM sessions WHERE ctid = ANY (ARRAY (SELECT ctid FROM chosen)) RETURNING basket_id, expired_at
  ), baskets AS (
    DELETE FROM baskets
    WHERE id = ANY (ARRAY (SELECT basket_id FROM gone)) AND owner_id IS NULL AND status = 'open'
    RETURNING id
  )
  SELECT count(*)::int AS sessions, coalesce(max(expired_at), 0) AS last, (SELECT count(*)::int FROM baskets) AS baskets
  FROM gone`;

/** A hand-written loop over SQL. */
export const bareLoop: Contender = async (url) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const start = performance.now();
  const until = Date.now();
  let total = 0;
  for (let after = '0'; ;) {
    const { rows } = await client.query<{ sessions: number; last: string }>(LIMIT, [after, until]);
    const [batch] = rows;
    if (!batch || batch.sessions === 0) break;
    total += batch.sessions;
    after = batch.last;
  }
  const seconds = (performance.now() - start) / 1_000;
  await client.end();
  return total / seconds;
};

/** `sessions:clear`, through the TypeORM subscriber; by its own record, so that the start of the process does not count. */
export const sessionsClear: Contender = async (url) => {
  await run(['dist/src/cli.js', 'sessions:clear', '--batch', String(BATCH), '--json'], url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ rate: number }>(`
    SELECT sessions_removed / extract(epoch FROM ended_at - started_at)::float8 AS rate
    FROM cleanup_runs ORDER BY id DESC LIMIT 1`);
  await client.end();
  return rows[0]?.rate ?? NaN;
};

export async function compare(
  url: string,
  size: ShopSize,
  rounds: number,
  contenders: Record<string, Contender>,
) {
  const rates: Record<string, number[]> = {};
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of Object.entries(contenders)) {
      await fillShop(client, size);
      (rates[name] ??= []).push(await contender(url));
    }
  }
  await client.end();
  return rates;
}

function run(args: string[], url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DATABASE_URL: url };
    const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`${args.join(' ')} ended with ${code}`)),
    );
  });
}
