import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { type MergeReport, UserLoggedIn } from '../../auth/event/user-logged-in.event.js';
import { Environment, type MergeStrategy } from '../../config/environment.js';
import { assignBasket, assignOrders, mergeBaskets } from '../query/write-basket.js';
import { moveKeys } from '../change/idempotency.js';
import { mergeLines } from './merge-lines.js';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';

/**
 * Locks in the order of ids. The baskets are read afterwards, because a statement that has waited
 * for a lock returns old lines. See docs/decisions/05-lock-order.md.
 */
const LOCK_BASKETS = `
  SELECT id FROM baskets
  WHERE (id = $1 OR owner_id = $2) AND status <> 'submitted'
  ORDER BY id FOR UPDATE`;

/**
 * Gives a guest's orders and basket to the user who logs in. Merges the basket if the user has one.
 */
@Injectable()
export class AssignOrMergeOnLoginHandler {
  constructor(private readonly environment: Environment) {}

  // By default, the emitter would hide an error. It must fail the login.
  @OnEvent(UserLoggedIn.NAME, { suppressErrors: false })
  async assignOrMerge({ manager, userId, guestSession, mergeStrategy }: UserLoggedIn): Promise<MergeReport> {
    const strategy = mergeStrategy ?? this.environment.basketMergeStrategy;
    const none: MergeReport = { outcome: 'none', strategy, paymentUnderWay: false, lines: [] };
    if (!guestSession) return none;
    const { id, basketId } = guestSession;
    const baskets = basketId ? await lockBoth(manager, basketId, userId) : [];
    // After the locks on the baskets: a single statement locks in the same order.
    await moveKeys(manager, id, userId);
    await assignOrders(manager, id, userId);
    const guest = baskets.find(({ id, ownerId }) => id === basketId && ownerId === null);
    const user = baskets.find(({ ownerId }) => ownerId === userId);
    return guest ? this.mergeInto(manager, guest, user, userId, strategy) : none;
  }

  private async mergeInto(
    manager: EntityManager,
    guest: BasketSnapshot,
    user: BasketSnapshot | undefined,
    userId: string,
    strategy: MergeStrategy,
  ): Promise<MergeReport> {
    const lines = mergeLines(guest.lines, user?.lines ?? [], strategy, this.environment.basketMaxQuantity);
    const report: MergeReport = {
      outcome: user ? 'merged' : 'assigned',
      strategy,
      paymentUnderWay: false,
      lines,
    };
    if (user) await mergeBaskets(manager, guest.id, user.id, report);
    else await assignBasket(manager, guest.id, userId, report);
    return report;
  }
}

async function lockBoth(
  manager: EntityManager,
  guestBasketId: string,
  userId: string,
): Promise<BasketSnapshot[]> {
  const locked = await manager.query<{ id: string }[]>(LOCK_BASKETS, [guestBasketId, userId]);
  return findBaskets(
    manager,
    locked.map(({ id }) => id),
  );
}
