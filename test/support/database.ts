import { randomBytes } from 'node:crypto';
import { databaseUrl, query, SERVER_VARIABLE, TEMPLATE_VARIABLE } from './test-server.js';

/** A database of a test file's own. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** A copy of the migrated one; or an empty one, for tests of the migrations, with options of CREATE DATABASE. */
export async function createDatabase(
  from: 'migrated' | 'empty' = 'migrated',
  options = '',
): Promise<TestDatabase> {
  const server = process.env[SERVER_VARIABLE] ?? '';
  const template = from === 'migrated' ? process.env[TEMPLATE_VARIABLE] : 'template0';
  const name = `basketkeeper_${randomBytes(6).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name} TEMPLATE ${template} ${options}`);
  return {
    url: databaseUrl(server, name),
    drop: () => query(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}
