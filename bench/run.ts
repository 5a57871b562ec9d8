/** `npm run bench -- cleanup [sessions]`: what the cleanup costs beside a hand-written loop, on one database in one run. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { migrate } from '../src/database/migrate.js';
import { bareLoop, compare, sessionsClear } from './cleanup.js';

const ROUNDS = 3;
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB', autovacuum: 'off' };

const [name, size = '100000'] = process.argv.slice(2);
if (name !== 'cleanup' || !/^\d+$/.test(size)) {
  process.stderr.write('Usage: npm run bench -- cleanup [sessions]\n');
  process.exit(1);
}

const home = await mkdtemp(join(tmpdir(), 'basketkeeper-bench-'));
// The account that root lends to PostgreSQL has to get in.
await chmod(home, 0o755);
const server = await startEmbeddedPostgres({ home, settings: SETTINGS });
try {
  await migrate(server.url);
  const shop = { expired: Number(size), living: Math.round(Number(size) / 5) };
  const rates = await compare(server.url, shop, ROUNDS, { bareLoop, sessionsClear });
  const limit = median(rates.bareLoop);
  process.stdout.write(
    `${shop.expired} expired sessions with baskets of three lines beside ${shop.living} living ones\n`,
  );
  for (const [contender, all] of Object.entries(rates)) {
    const figures = `${Math.round(median(all))}/s (${all.map(Math.round).join(', ')})`;
    process.stdout.write(`${contender.padEnd(14)} ${figures}  ratio ${(median(all) / limit).toFixed(2)}\n`);
  }
} finally {
  await server.stop();
  await rm(home, { recursive: true, force: true });
}

function median(values: number[] = []): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}
