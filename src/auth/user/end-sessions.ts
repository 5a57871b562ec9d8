import type { EntityManager } from 'typeorm';
import { removeSessionsOfUser } from '../../session/limit/remove-user-sessions.js';

/** Revokes all tokens. Instances of the previous version check `tokens_valid_after`. */
const RAISE_TOKEN_GENERATION = `
  UPDATE users SET token_generation = token_generation + 1, tokens_valid_after = clock_timestamp()
  WHERE id = $1`;

/** Ends all sessions of a locked user and revokes all access tokens. */
export async function endSessions(manager: EntityManager, userId: string): Promise<void> {
  await removeSessionsOfUser(manager, userId);
  await manager.query(RAISE_TOKEN_GENERATION, [userId]);
}
