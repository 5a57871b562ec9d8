import type { DataSource, EntityManager } from 'typeorm';
import { codeOf } from '../problem/database-unavailable.js';

/** serialization_failure and deadlock_detected: PostgreSQL has rolled back and asks to try again. */
const CONFLICTS = new Set(['40001', '40P01']);
const TRIES = 3;

/** The work throws it when another transaction was faster: it is rolled back and tried again, as those of PostgreSQL are. */
export class TransactionConflict extends Error {}

/**
 * Runs the work in one transaction, again when PostgreSQL has rolled it back because of others.
 *
 * The locks' one order lets no deadlock come about by design; this is for whoever works on the tables beside us. An
 * error at the commit with the connection gone is not tried again: nobody knows whether it was done.
 */
export async function retryTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error;
    }
  }
}

/** An error of TypeORM or of the driver itself. */
export function isConflict(error: unknown): boolean {
  return error instanceof TransactionConflict || CONFLICTS.has(codeOf(error) ?? '');
}
