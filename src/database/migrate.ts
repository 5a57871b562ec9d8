import { DataSource } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';

/** Any number, as long as it is always this one. */
const MIGRATION_LOCK = 2_026_112_300;

/** Brings the schema up to date. Two instances that start at once take turns: the second finds nothing left to do. */
export async function migrate(url: string): Promise<void> {
  const turn = await new DataSource({ ...migrationOptions(url), entities: [], migrations: [] }).initialize();
  try {
    await turn.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const dataSource = await new DataSource(migrationOptions(url)).initialize();
    try {
      await dataSource.runMigrations();
    } finally {
      await dataSource.destroy();
    }
  } finally {
    // The lock goes with its connection.
    await turn.destroy();
  }
}

/**
 * @throws Error naming the command, when a migration of this version has not run on the database.
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  if (await dataSource.showMigrations()) {
    throw new Error('The database is not migrated to this version. Run: npm run db:migrate');
  }
}
