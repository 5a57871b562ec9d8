import type { DeferredVisitor, UserVisitor, Visitor } from '../../auth/visitor/visitor.js';
import type { GuestLimiter } from '../../session/limit/guest-limiter.service.js';

/** The sender of a basket request. A deferred visitor's session is not read until it is needed. */
export type BasketVisitor = DeferredVisitor | UserVisitor;

/**
 * Returns the id of the token's user or of the cookie's session. Returns null for a guest without a
 * session.
 */
export function ownerIdOf(visitor: BasketVisitor): string | null {
  return visitor.kind === 'user' ? visitor.userId : visitor.sessionId;
}

/** Reads the session of a deferred visitor. Returns any other visitor unchanged. */
export async function loadVisitor(visitor: BasketVisitor | Visitor): Promise<Visitor> {
  return visitor.kind === 'deferred' ? visitor.load() : visitor;
}

/**
 * Does the same as `loadVisitor`. Counts a guest without a session, because the change will create
 * one.
 *
 * @throws Problem `too-many-guests`
 */
export async function loadWriter(sender: BasketVisitor | Visitor, guests: GuestLimiter): Promise<Visitor> {
  const visitor = await loadVisitor(sender);
  if (visitor.kind === 'guest' && !visitor.session.snapshot) await guests.count(visitor.session.request);
  return visitor;
}
