import type { DataSource } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';
import { OperatorError } from '../problem/operator-error.js';
import { MigrationDataSource } from '../database/migration-data-source.js';
import { MIGRATIONS } from '../database/migrations.js';

/**
 * Brings the schema up to date, and returns the number of migrations that it ran.
 * Two instances that start at once take turns: the second finds nothing left to do.
 */
export async function migrate(url: string, waitSeconds = 0): Promise<number> {
  const dataSource = new MigrationDataSource(migrationOptions(), () => ({ url, waitSeconds }));
  await dataSource.initialize();
  try {
    return (await dataSource.runMigrations()).length;
  } finally {
    await dataSource.destroy();
  }
}

/**
 * @throws Error naming the command, when a migration of this version has not run on the database.
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const done = await findDone(dataSource);
  if (MIGRATIONS.some(({ name }) => !done.has(name))) {
    throw new OperatorError('The database is not migrated to this version. Run: npm run db:migrate');
  }
}

/** Without TypeORM's own check, which creates the table where there is none: the role that serves may not. */
async function findDone(dataSource: DataSource): Promise<Set<string>> {
  const [table] = await dataSource.query<[{ is: boolean }]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS is`,
  );
  const done = table.is ? await dataSource.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  return new Set(done.map(({ name }) => name));
}
