import type { EntityManager } from 'typeorm';
import { removeSessionsOfUser } from '../session/remove-user-sessions.js';
import { User } from './user.entity.js';

/** Ends the sessions of a locked user, and every access token that was made until now. */
export async function endSessions(manager: EntityManager, userId: string): Promise<void> {
  await removeSessionsOfUser(manager, userId);
  await manager.update(User, { id: userId }, { tokensValidAfter: new Date() });
}
