import type { EntityManager } from 'typeorm';
import { User } from './user.entity.js';

/**
 * Locks a user, first of all locks, for the rest of the transaction; false: the user is gone.
 *
 * Not for update of the key: rows that refer to the user need not wait.
 */
export async function lockUser(manager: EntityManager, id: string): Promise<boolean> {
  const user = await manager.findOne(User, {
    select: { id: true },
    where: { id },
    lock: { mode: 'for_no_key_update' },
  });
  return user !== null;
}
