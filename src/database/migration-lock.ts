import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { ListeningClient } from './listening-client.js';

/** Any number, as long as it is always this one: earlier versions use it as well. */
const MIGRATION_LOCK = 2_026_112_300;
const POLL_MILLISECONDS = 200;

/** Limits that a server may have by default, and that would end the transaction of the lock. */
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
 * The lock belongs to an open transaction on its own connection. A transaction pooler keeps an open transaction on one
 * connection of the server. A lock of the session could stay behind there.
 *
 * The idle transaction holds no snapshot, so `CREATE INDEX CONCURRENTLY` does not wait for it. A second process polls for the
 * lock for the same reason: a blocked statement holds its snapshot, and both processes would wait for ever.
 *
 * @param work gets a function that throws when the lock is lost
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
    // After an error: the transaction, and the lock with it, ends with its connection.
    await client.end();
  }
}

async function tryLock(client: ListeningClient): Promise<boolean> {
  // Whatever default_transaction_isolation says: REPEATABLE READ would hold a snapshot.
  await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
  // Through the view: not every version of PostgreSQL knows all of them.
  await client.query(`SELECT set_config(name, '0', true) FROM pg_settings WHERE name = ANY ($1)`, [LIMITS]);
  const sql = 'SELECT pg_try_advisory_xact_lock($1) AS "isHeld"';
  const { rows } = await client.query<{ isHeld: boolean }>(sql, [MIGRATION_LOCK]);
  if (rows[0]?.isHeld) return true;
  await client.query('ROLLBACK');
  return false;
}
