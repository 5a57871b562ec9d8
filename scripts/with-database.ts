/**
 * Runs a command with `DATABASE_URL`. If it is not set, the command gets the embedded PostgreSQL.
 *
 * Usage: `node --import tsx scripts/with-database.ts [--migrated] npm run …`
 *
 * `--migrated` is for a command that needs the tables. The embedded database is migrated first. Any
 * other database is only checked, because other people may use it.
 */
import { spawnSync } from 'node:child_process';
import { migrationOptions } from '../ormconfig.js';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { assertMigrated, migrate } from '../src/app/migrate.js';
import { WaitingDataSource } from '../src/database/waiting-data-source.js';
import { type MigrationSettings, readMigrationSettings } from '../src/config/environment.js';
import { messageOf } from '../src/problem/error-text.js';

async function run(args: string[]): Promise<number> {
  const needsTables = args[0] === '--migrated';
  const [command = '', ...rest] = needsTables ? args.slice(1) : args;
  const { url, waitSeconds } = readMigrationSettings();
  const embedded = url === undefined ? await startEmbeddedPostgres() : undefined;
  try {
    if (needsTables) await (embedded ? migrate(embedded.url) : checkTables({ url, waitSeconds }));
    const env = { ...process.env, DATABASE_URL: url ?? embedded?.url };
    return spawnSync(command, rest, { env, stdio: 'inherit' }).status ?? 1;
  } finally {
    await embedded?.stop();
  }
}

async function checkTables({ url, waitSeconds }: MigrationSettings): Promise<void> {
  const dataSource = await new WaitingDataSource(migrationOptions(url), waitSeconds).initialize();
  try {
    await assertMigrated(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}
