import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { type MergedLine, type MergeReport, UserLoggedIn } from '../../auth/event/user-logged-in.event.js';
import { Environment } from '../../config/environment.js';
import { moveKeys } from '../change/idempotency.js';
import { migrationPending } from '../change/migration-pending.js';
import { findBaskets, type BasketSnapshot, type LineSnapshot } from '../query/basket-snapshot.js';
import { lineIdOf } from '../query/line-id.js';
import { lockWithOpen } from '../query/own-baskets.js';
import { assignBasket, assignOrders, mergeBaskets } from '../query/write-basket.js';
import { decideLines } from './decide-lines.js';

/**
 * Gives a guest's orders and basket to the user who logs in. Merges an open basket if the user has
 * an open one. A frozen basket belongs to its payment, so it stays as it is. See
 * docs/decisions/10-frozen-baskets.md.
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
    const locked = basketId ? await lockWithOpen(manager, [basketId], userId) : [];
    const baskets = locked.length > 0 ? await findBaskets(manager, locked) : [];
    // After the locks on the baskets: a single statement locks in the same order.
    await moveKeys(manager, id, userId);
    await assignOrders(manager, id, userId);
    const guest = baskets.find((basket) => basket.id === basketId && basket.ownerId === null);
    const user = baskets.find(({ ownerId }) => ownerId === userId);
    if (!guest) return none;
    if (guest.status === 'frozen') return assignFrozen(manager, guest, userId, none);
    const lines = await decideLines(manager, { guest, user }, strategy, this.environment.basketMaxQuantity);
    if (!user) return assign(manager, guest, userId, { ...none, outcome: 'assigned', lines });
    const report: MergeReport = { ...none, outcome: 'merged', lines };
    await mergeBaskets(manager, { guestId: guest.id, userId: user.id }, lines, report);
    return report;
  }
}

/** Gives the basket to the user beside the open one. Its payment goes on. */
async function assignFrozen(
  manager: EntityManager,
  guest: BasketSnapshot,
  userId: string,
  none: MergeReport,
): Promise<MergeReport> {
  const lines = guest.lines.map(toUnchangedLine);
  return assign(manager, guest, userId, { ...none, outcome: 'assigned', paymentUnderWay: true, lines });
}

/** @throws Problem `migration-pending` if the user has a basket, and may not have two yet */
async function assign(
  manager: EntityManager,
  guest: BasketSnapshot,
  userId: string,
  report: MergeReport,
): Promise<MergeReport> {
  try {
    await assignBasket(manager, guest.id, userId, report);
  } catch (error) {
    throw isSecondBasket(error) ? migrationPending('Log in again later.', error) : error;
  }
  return report;
}

/** Says whether the old key, which `DropOldKeys` drops, has refused a second basket. */
function isSecondBasket(error: unknown): boolean {
  return (error as { constraint?: unknown }).constraint === 'baskets_one_per_owner';
}

function toUnchangedLine(line: LineSnapshot): MergedLine {
  const { sku, attributes, quantity } = line;
  return {
    id: lineIdOf(line),
    sku,
    attributes,
    guestQuantity: quantity,
    userQuantity: 0,
    quantity,
    notice: null,
  };
}
