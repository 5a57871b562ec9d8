import type { DeferredVisitor, UserVisitor, Visitor } from '../../auth/visitor/visitor.js';

/** The sender of a request for a basket. The session of a cookie is read only when it has to be. */
export type BasketVisitor = DeferredVisitor | UserVisitor;

/**
 * The id of the row that the basket hangs on: the token's user, or the cookie's session. Null: a
 * guest without a session.
 */
export function ownerIdOf(visitor: BasketVisitor): string | null {
  return visitor.kind === 'user' ? visitor.userId : visitor.sessionId;
}

/** Reads the session of a deferred visitor. */
export async function loadVisitor(visitor: BasketVisitor | Visitor): Promise<Visitor> {
  return visitor.kind === 'deferred' ? visitor.load() : visitor;
}
