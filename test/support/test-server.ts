import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/app/migrate.js';
import { readMigrationSettings } from '../../src/config/environment.js';

/** Faster settings: a test's database need not survive a crash of the machine. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };

/**
 * The environment variable with the URL of the server and its migrated database, which the test
 * files copy.
 */
export const SERVER_VARIABLE = 'TEST_SERVER_URL';
export const TEMPLATE_VARIABLE = 'TEST_TEMPLATE';

/**
 * Starts a PostgreSQL for this test run, or uses that of `DATABASE_URL`, with a migrated database
 * to copy.
 */
export async function openTestServer(): Promise<{ close(): Promise<void> }> {
  const { url: given } = readMigrationSettings();
  const own = given ? undefined : await startOwn();
  const url = given ?? own?.url ?? '';
  const template = `basketkeeper_${randomBytes(6).toString('hex')}`;
  await query(url, `CREATE DATABASE ${template}`);
  await migrate(databaseUrl(url, template));
  process.env[SERVER_VARIABLE] = url;
  process.env[TEMPLATE_VARIABLE] = template;
  return {
    close: async () => {
      await query(url, `DROP DATABASE ${template} WITH (FORCE)`);
      await own?.close();
    },
  };
}

async function startOwn(): Promise<{ url: string; close(): Promise<void> }> {
  const home = await mkdtemp(join(tmpdir(), 'basketkeeper-test-'));
  // PostgreSQL runs under another account when we are root. That account needs access.
  await chmod(home, 0o755);
  const server = await startEmbeddedPostgres({ home, settings: { ...FAST, max_connections: '300' } });
  return {
    url: server.url,
    close: async () => {
      await server.stop();
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${database}`;
  return url.href;
}

/** Runs one statement on a new connection. */
export async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
