import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { Client } from '../support/client.js';
import { Program } from '../support/program.js';

/**
 * Roles belong to a whole server, and the test server may forbid creating roles. So this file
 * starts its own server.
 */
describe('an attacker with the database role of the serving process', () => {
  let home: string;
  let server: EmbeddedPostgres;
  let variables: Record<string, string>;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'basketkeeper-roles-'));
    // PostgreSQL runs under another account when we are root. That account needs access.
    await chmod(home, 0o755);
    server = await startEmbeddedPostgres({ home });
    const script = await readFile(join(import.meta.dirname, '../../docs/roles.sql'), 'utf8');
    const [roles = '', schema = ''] = script.split('\\connect basketkeeper');
    await as(server.url, ...roles.split(/;\n/));
    await as(inDatabase(server.url), ...schema.split(/;\n/));
    variables = {
      DATABASE_URL: inDatabase(server.url, 'basketkeeper_app', 'change me too'),
      MIGRATION_DATABASE_URL: inDatabase(server.url, 'basketkeeper_owner', 'change me'),
      CLEANUP_CRON: 'off',
      PORT: '0',
    };
  });
  afterAll(async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('can serve, clean up, sweep and audit after the owner has migrated', async () => {
    const unmigrated = await Program.run('main', [], variables).ends();
    expect(unmigrated.code).toBe(1);
    expect(unmigrated.stdout + unmigrated.stderr).toContain('npm run db:migrate');

    const program = Program.run('main', ['--prepare'], variables);
    const guest = new Client(await program.serves());
    await guest.adds({ sku: 'TEA-GREEN-100' }, 2);
    const credentials = { email: 'ada@example.com', password: 'correct horse battery' };
    await guest.sends('POST', '/api/auth/register', credentials);
    await guest.logsInAs(credentials);
    expect(await guest.quantities()).toEqual({ 'TEA-GREEN-100': 2 });

    for (const command of ['sessions:clear', 'baskets:sweep', 'baskets:audit']) {
      const { code, stderr } = await Program.run('cli', [command], variables).ends();
      expect([command, code, stderr]).toEqual([command, 0, '']);
    }
    expect((await program.stops('SIGTERM')).code).toBe(0);
  });

  it.each([
    'CREATE TABLE mine (x int)',
    'DROP TABLE baskets',
    'ALTER TABLE users DROP COLUMN email',
    'TRUNCATE baskets CASCADE',
    'CREATE SCHEMA mine',
    'CREATE DATABASE mine',
    'CREATE ROLE mine',
    'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
    `COPY users TO PROGRAM 'cat'`,
    `SELECT pg_read_file('/etc/passwd')`,
    'ALTER TABLE sessions DISABLE TRIGGER ALL',
  ])('cannot run: %s', async (sql) => {
    await expect(as(String(variables.DATABASE_URL), sql)).rejects.toThrow(/permission denied|must be owner/);
  });
});

function inDatabase(url: string, user?: string, password?: string): string {
  const target = new URL(url);
  target.pathname = '/basketkeeper';
  if (user !== undefined) target.username = user;
  if (password !== undefined) target.password = encodeURIComponent(password);
  return target.href;
}

async function as(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) if (statement.trim()) await client.query(statement);
  } finally {
    await client.end();
  }
}
