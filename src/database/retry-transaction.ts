import type { DataSource, EntityManager } from 'typeorm';
import { codeOf } from '../problem/database-unavailable.js';

/** serialization_failure and deadlock_detected: PostgreSQL has rolled back the transaction. */
const CONFLICTS = new Set(['40001', '40P01']);
const TRIES = 3;

/**
 * The work throws it when another transaction was faster. The work is then rolled back and tried
 * again.
 */
export class TransactionConflict extends Error {}

/**
 * Runs the work in one transaction, and tries again after a serialization failure or a deadlock.
 *
 * Our lock order avoids deadlocks (docs/decisions/05-lock-order.md), but other programs may lock
 * the same rows. A commit without an answer is not tried again, because it may have succeeded.
 *
 * @param parent the manager of a transaction: the work then runs in a savepoint
 */
export async function retryTransaction<T>(
  parent: DataSource | EntityManager,
  work: (manager: EntityManager) => Promise<T>,
  tries = TRIES,
): Promise<T> {
  for (let left = tries - 1; ; left--) {
    try {
      return await parent.transaction(work);
    } catch (error) {
      if (left === 0 || !isConflict(error)) throw error;
    }
  }
}

/** Accepts an error of TypeORM or of the driver. */
export function isConflict(error: unknown): boolean {
  return error instanceof TransactionConflict || CONFLICTS.has(codeOf(error) ?? '');
}
