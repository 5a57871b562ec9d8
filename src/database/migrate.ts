import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';
import { MIGRATIONS } from './migrations.js';

/** Any number, as long as it is always this one. */
const MIGRATION_LOCK = 2_026_112_300;
const TURN_MILLISECONDS = 100;

/** Brings the schema up to date. Two instances that start at once take turns: the second finds nothing left to do. */
export async function migrate(url: string): Promise<void> {
  const turn = await new DataSource({ ...migrationOptions(url), entities: [], migrations: [] }).initialize();
  try {
    await waitForTurn(turn);
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
 * Asks again and again. A statement that waits for the lock has a snapshot, and CREATE INDEX CONCURRENTLY waits for
 * every snapshot: the holder of the lock and the others would wait for each other for ever.
 */
async function waitForTurn(turn: DataSource): Promise<void> {
  for (;;) {
    const [lock] = await turn.query<[{ isTaken: boolean }]>('SELECT pg_try_advisory_lock($1) AS "isTaken"', [
      MIGRATION_LOCK,
    ]);
    if (lock.isTaken) return;
    await sleep(TURN_MILLISECONDS);
  }
}

/**
 * @throws Error naming the command, when a migration of this version has not run on the database.
 */
export async function assertMigrated(dataSource: DataSource): Promise<void> {
  const done = await findDone(dataSource);
  if (MIGRATIONS.some(({ name }) => !done.has(name))) {
    throw new Error('The database is not migrated to this version. Run: npm run db:migrate');
  }
}

/** Without TypeORM's own look, which makes the table where there is none: the role that serves may not. */
async function findDone(dataSource: DataSource): Promise<Set<string>> {
  const [table] = await dataSource.query<[{ is: boolean }]>(
    `SELECT to_regclass('migrations') IS NOT NULL AS is`,
  );
  const done = table.is ? await dataSource.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  return new Set(done.map(({ name }) => name));
}
