import type { UnreadSession } from '../../session/request/deferred-session.js';
import type { VisitorSession } from '../../session/request/request-session.js';

/** Whoever sends the request. */
export type Visitor = UserVisitor | GuestVisitor;

/** Whoever sends the request, as far as the request itself tells: the session has not been read. */
export interface UnreadVisitor {
  readonly kind: 'unread';
  /** Null: a guest without a session. */
  readonly sessionId: string | null;
  readonly read: () => Promise<Visitor>;
}

/** Named by the session or by an access token. */
export interface UserVisitor {
  readonly kind: 'user';
  readonly userId: string;
  /** The session that named the user; undefined: an access token did. */
  readonly sessionId?: string;
  /** The user's token generation when the access token was checked; undefined: a session named the user. */
  readonly tokenGeneration?: number;
}

/** Nobody has logged in; the session may not exist yet, or be a tombstone. */
export interface GuestVisitor {
  readonly kind: 'guest';
  readonly session: VisitorSession;
}

export function unreadVisitor({ id, read }: UnreadSession): UnreadVisitor {
  return { kind: 'unread', sessionId: id, read: async () => toVisitor(await read()) };
}

export function toVisitor(session: VisitorSession): Visitor {
  const { stored } = session;
  if (!stored?.userId) return { kind: 'guest', session };
  return { kind: 'user', userId: stored.userId, sessionId: stored.id };
}
