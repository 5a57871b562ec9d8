import { randomBytes } from 'node:crypto';
import { databaseUrl, query, SERVER_VARIABLE, TEMPLATE_VARIABLE } from './test-server.js';

/** The database of one test file. */
export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** Creates a copy of the migrated database, or an empty one with options of CREATE DATABASE. */
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
