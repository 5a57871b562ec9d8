import type { DeferredSession } from '../../session/request/deferred-session.js';
import type { RequestSession } from '../../session/request/request-session.js';

/** Whoever sends the request. */
export type Visitor = UserVisitor | GuestVisitor;

/** Whoever sends the request, as far as the request itself tells: the session has not been read. */
export interface DeferredVisitor {
  readonly kind: 'deferred';
  /** Null: a guest without a session. */
  readonly sessionId: string | null;
  readonly load: () => Promise<Visitor>;
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
  readonly session: RequestSession;
}

export function toDeferredVisitor({ id, load }: DeferredSession): DeferredVisitor {
  return { kind: 'deferred', sessionId: id, load: async () => toVisitor(await load()) };
}

export function toVisitor(session: RequestSession): Visitor {
  const { snapshot } = session;
  if (!snapshot?.userId) return { kind: 'guest', session };
  return { kind: 'user', userId: snapshot.userId, sessionId: snapshot.id };
}
