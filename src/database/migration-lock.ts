import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListeningClient } from './listening-client.js';

/** The key of the lock. It must never change, because earlier versions use it too. */
const MIGRATION_LOCK = 2_026_112_300;
const POLL_MILLISECONDS = 200;

/** Timeouts that a server can have by default. They would end the transaction of the lock. */
const LIMITS = [
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'transaction_timeout',
];

const logger = new Logger('Migrations');

/**
 * Does the work while no other process migrates this database.
 *
 * The lock belongs to an open transaction on its own connection, because a transaction pooler keeps
 * such a transaction on one server connection. Behind a pooler, a session lock could stay
 * forever.
 *
 * The idle transaction holds no snapshot, so `CREATE INDEX CONCURRENTLY` does not wait for it. A
 * second process polls for the lock, because a blocked statement would hold a snapshot. Both
 * processes would then wait for each other.
 *
 * @param work gets a function that throws if the lock is lost
 */
export async function withMigrationLock<T>(
  url: string,
  work: (assertHeld: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const client = new ListeningClient({
    connectionString: url,
    application_name: 'basketkeeper-migration-lock',
  });
  await client.connect();
  try {
    for (let isFirst = true; !(await tryLock(client)); isFirst = false) {
      if (isFirst) logger.log('Another process migrates the database. Waiting for it.');
      await sleep(POLL_MILLISECONDS);
    }
    const result = await work(async () => void (await client.query('SELECT')));
    await client.query('COMMIT');
    return result;
  } finally {
    // After an error this ends the transaction, and so releases the lock.
    await client.end();
  }
}

async function tryLock(client: ListeningClient): Promise<boolean> {
  // Set explicitly, because a default of REPEATABLE READ would hold a snapshot.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  // The view lists only those that this version of PostgreSQL has.
  await client.query(`SELECT set_config(name, '0', true) FROM pg_settings WHERE name = ANY ($1)`, [LIMITS]);
  const sql = 'SELECT pg_try_advisory_xact_lock($1) AS "isHeld"';
  const { rows } = await client.query<{ isHeld: boolean }>(sql, [MIGRATION_LOCK]);
  if (rows[0]?.isHeld) return true;
  await client.query('ROLLBACK');
  return false;
}
