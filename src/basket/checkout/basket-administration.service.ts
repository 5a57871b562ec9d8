import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockUser } from '../../auth/visitor/lock-user.js';
import { retryTransaction } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { Problem } from '../../problem/problem.js';
import { SessionStore } from '../../session/store/session.store.js';
import type { BasketDto } from '../basket.dto.js';
import { thawBaskets } from './freeze-basket.js';
import type { OrderDto } from '../order/order.dto.js';
import { OrderService } from '../order/order.service.js';
import { lockBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { submitBasket } from './submit-basket.js';
import { toBasketDto } from '../to-basket-dto.js';

/** The user or the guest's session of a basket. Both are null after the session has ended. */
interface BasketOwner {
  ownerId: string | null;
  sessionId: string | null;
}

const FIND_OWNER = `
  SELECT b.owner_id AS "ownerId", s.id AS "sessionId"
  FROM baskets b LEFT JOIN sessions s ON s.basket_id = b.id
  WHERE b.id = $1`;

/** A login between the read and the lock is rare. Several in a row indicate a fault. */
const MAX_TRIES = 5;

/**
 * Changes baskets by id, for the shop's back end. A payment provider calls it without the shopper's
 * cookie.
 */
@Injectable()
export class BasketAdministration {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionStore,
    private readonly orders: OrderService,
    private readonly environment: Environment,
  ) {}

  /** Submits a basket. A submitted one stays as it is, because callbacks may be repeated. */
  async submit(id: string, expectedAmountMinor?: number): Promise<OrderDto> {
    const order = await this.change(id, (manager, basket) =>
      basket.status === 'submitted'
        ? Promise.resolve(basket)
        : submitBasket(manager, basket, expectedAmountMinor, (snapshot) => this.toDto(snapshot)),
    );
    return this.orders.toOrderDto(order);
  }

  /**
   * Thaws a frozen basket. See docs/decisions/10-frozen-baskets.md.
   *
   * @throws Problem `session-expired` for a guest's basket whose session has ended, because it
   *   would become an orphan
   */
  async thaw(id: string): Promise<BasketDto> {
    const changed = await this.change(id, async (manager, basket, { ownerId, sessionId }) => {
      if (basket.status !== 'frozen') return basket;
      if (ownerId === null && sessionId === null) {
        throw new Problem(
          'session-expired',
          'Its session has ended, so it cannot be thawed. Submit it before it is removed.',
        );
      }
      const [thawed = basket] = await thawBaskets(manager, [id]);
      return thawed;
    });
    return this.toDto(changed);
  }

  private async change(
    id: string,
    change: (manager: EntityManager, basket: BasketSnapshot, owner: BasketOwner) => Promise<BasketSnapshot>,
  ): Promise<BasketSnapshot> {
    return retryTransaction(this.dataSource, async (manager) => {
      const owner = await this.lockOwnerOf(manager, id);
      const [basket] = owner ? await lockBaskets(manager, [id]) : [];
      if (!owner || !basket) throw new Problem('unknown-basket', 'There is no basket with this id.');
      return change(manager, basket, owner);
    });
  }

  /** Locks the owner. The caller then locks the basket. Returns null if no basket has this id. */
  private async lockOwnerOf(manager: EntityManager, id: string): Promise<BasketOwner | null> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const [owner] = await manager.query<BasketOwner[]>(FIND_OWNER, [id]);
      if (!owner) return null;
      if (owner.ownerId) await lockUser(manager, owner.ownerId);
      else if (owner.sessionId) await this.sessions.lock(manager, owner.sessionId);
      const [locked] = await manager.query<BasketOwner[]>(FIND_OWNER, [id]);
      if (locked?.ownerId === owner.ownerId && locked.sessionId === owner.sessionId) return locked;
    }
    throw new Error(`The owner of basket ${id} changed ${MAX_TRIES} times before it was locked.`);
  }

  private toDto(basket: BasketSnapshot): BasketDto {
    const { currency } = this.environment;
    return toBasketDto(basket, { currency });
  }
}
