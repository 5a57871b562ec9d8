import type { EntityManager } from 'typeorm';
import { Session } from '../session/session.entity.js';
import { User } from './user.entity.js';

/** Ends the sessions of a locked user, and every access token that was made until now. */
export async function endSessions(manager: EntityManager, userId: string): Promise<void> {
  // As entities, so that the subscribers of the removal hear which sessions go.
  await manager.remove(await manager.find(Session, { where: { userId }, order: { id: 'ASC' } }));
  await manager.update(User, { id: userId }, { tokensValidAfter: new Date() });
}
