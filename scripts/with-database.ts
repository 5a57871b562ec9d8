/**
 * Runs a command with `DATABASE_URL` set: `node --import tsx scripts/with-database.ts npm run …`.
 * Where it is not set, the command gets the project's embedded PostgreSQL.
 */
import { spawnSync } from 'node:child_process';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { readDatabaseUrl } from '../src/environment.js';

const [command = '', ...args] = process.argv.slice(2);
const given = readDatabaseUrl();
const embedded = given ? undefined : await startEmbeddedPostgres();
const env = { ...process.env, DATABASE_URL: given ?? embedded?.url };
const { status } = spawnSync(command, args, { env, stdio: 'inherit' });
await embedded?.stop();
process.exitCode = status ?? 1;
