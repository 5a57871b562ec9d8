import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import type { EntityManager } from 'typeorm';
import { type MergeReport, UserLoggedIn } from '../auth/user-logged-in.event.js';
import { Environment } from '../environment.js';
import { assignBasket, mergeBaskets } from './basket-writes.js';
import { mergeLines } from './merge-lines.js';
import { findBaskets, type StoredBasket } from './stored-basket.js';

/** Locked in the order of their ids, as everywhere; read afterwards, for a lock that was waited for shows old lines. */
const LOCK_BASKETS = `
  SELECT id FROM baskets
  WHERE (id = $1 OR owner_id = $2) AND status <> 'submitted'
  ORDER BY id FOR UPDATE`;

/** Gives the guest's basket to the user who logs in, or merges it into the basket that the user has. */
@Injectable()
export class AssignOrMergeOnLoginHandler {
  constructor(private readonly environment: Environment) {}

  // An error must reach the login, which then does not happen; by default the emitter would swallow it.
  @OnEvent(UserLoggedIn.NAME, { suppressErrors: false })
  async assignOrMerge({ manager, userId, guestBasketId }: UserLoggedIn): Promise<MergeReport> {
    const nothing: MergeReport = {
      outcome: 'none',
      strategy: this.environment.basketMergeStrategy,
      lines: [],
    };
    if (guestBasketId === null) return nothing;
    const baskets = await lockBaskets(manager, guestBasketId, userId);
    const guest = baskets.find(({ id, ownerId }) => id === guestBasketId && ownerId === null);
    const user = baskets.find(({ ownerId }) => ownerId === userId);
    if (!guest) return nothing;
    const report = this.decide(guest, user);
    if (user) await mergeBaskets(manager, guest.id, user.id, report);
    else await assignBasket(manager, guest.id, userId, report);
    return report;
  }

  private decide(guest: StoredBasket, user: StoredBasket | undefined): MergeReport {
    const { basketMergeStrategy: strategy, basketMaxQuantity } = this.environment;
    const lines = mergeLines(guest.lines, user?.lines ?? [], strategy, basketMaxQuantity);
    return { outcome: user ? 'merged' : 'assigned', strategy, lines };
  }
}

async function lockBaskets(
  manager: EntityManager,
  guestBasketId: string,
  userId: string,
): Promise<StoredBasket[]> {
  const locked = await manager.query<{ id: string }[]>(LOCK_BASKETS, [guestBasketId, userId]);
  return findBaskets(
    manager,
    locked.map(({ id }) => id),
  );
}
