import type { EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { Session } from '../../session/session.entity.js';
import { Basket } from '../basket.entity.js';
import type { BasketSnapshot } from '../query/basket-snapshot.js';

/**
 * Creates the visitor's basket, and the session of a guest without one.
 *
 * Its version is 0. Saving the first line raises it to 1.
 */
export async function createBasket(manager: EntityManager, visitor: Visitor): Promise<BasketSnapshot> {
  const id = uuidv7();
  const ownerId = visitor.kind === 'user' ? visitor.userId : null;
  await manager.insert(Basket, { id, ownerId, version: 0 });
  if (visitor.kind === 'guest') {
    const { snapshot } = visitor.session;
    if (snapshot) await manager.update(Session, { id: snapshot.id }, { basketId: id });
    else await visitor.session.create(manager, { basketId: id });
  }
  const unset = {
    lastMerge: null,
    submittedAt: null,
    cancelledAt: null,
    reservedUntil: null,
    currency: null,
  };
  return { id, ownerId, status: 'open', version: 0, ...unset, metadata: {}, lines: [] };
}
