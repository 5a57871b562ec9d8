import type { DeferredSession } from '../../session/request/deferred-session.js';
import type { RequestSession } from '../../session/request/request-session.js';

/** The sender of a request. */
export type Visitor = UserVisitor | GuestVisitor;

/** The sender of a request whose session has not been read yet. */
export interface DeferredVisitor {
  readonly kind: 'deferred';
  /** Null: a guest without a session. */
  readonly sessionId: string | null;
  readonly load: () => Promise<Visitor>;
}

/** A user, identified by a session or by an access token. */
export interface UserVisitor {
  readonly kind: 'user';
  readonly userId: string;
  /** The session that identified the user. Undefined: an access token did. */
  readonly sessionId?: string;
  /**
   * The token generation when the access token was checked. Undefined: a session identified the
   * user.
   */
  readonly tokenGeneration?: number;
}

/** A visitor without a login. The session may not exist yet, or may be a tombstone. */
export interface GuestVisitor {
  readonly kind: 'guest';
  readonly session: RequestSession;
}

/**
 * A program of the shop with an API key. It is no visitor, so it has no basket and no orders. The
 * VisitorGuard has checked its scope.
 */
export interface ApiKeyClient {
  readonly kind: 'api-key';
}

export function toDeferredVisitor({ id, load }: DeferredSession): DeferredVisitor {
  return { kind: 'deferred', sessionId: id, load: async () => toVisitor(await load()) };
}

export function toVisitor(session: RequestSession): Visitor {
  const { snapshot } = session;
  if (!snapshot?.userId) return { kind: 'guest', session };
  return { kind: 'user', userId: snapshot.userId, sessionId: snapshot.id };
}
