import type { DataSource } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';
import { OperatorError } from '../problem/operator-error.js';
import { isContracting } from '../database/contracting-migration.js';
import { MigrationDataSource } from '../database/migration-data-source.js';
import { MIGRATIONS } from '../database/migrations.js';

/**
 * Migrates the schema. Returns the number of migrations that have run.
 *
 * Of two instances that start at once, the second one waits and has nothing to do.
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
 * Checks the migrations of this version. A contracting one may wait for earlier instances.
 *
 * @throws OperatorError if a migration has not run on the database
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const done = await findDone(dataSource);
  const required = MIGRATIONS.filter((migration) => !isContracting(new migration()));
  if (required.some(({ name }) => !done.has(name))) {
    throw new OperatorError('The database is not migrated to this version. Run: npm run db:migrate');
  }
}

/**
 * Finds the names of the migrations that have run. TypeORM's own check would create a missing
 * table, which the role of the application is not allowed to do.
 */
async function findDone(dataSource: DataSource): Promise<Set<string>> {
  const [table] = await dataSource.query<[{ is: boolean }]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS is`,
  );
  const done = table.is ? await dataSource.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  return new Set(done.map(({ name }) => name));
}
