import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { lockUser } from '../../auth/visitor/lock-user.js';
import { retryTransaction, TransactionConflict } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { Problem } from '../../problem/problem.js';
import { SessionStore } from '../../session/store/session.store.js';
import type { BasketDto } from '../basket.dto.js';
import type { OrderDto } from '../order/order.dto.js';
import { OrderService } from '../order/order.service.js';
import { assertOpen } from '../change/line-rules.js';
import { findBaskets, type BasketSnapshot, type Metadata } from '../query/basket-snapshot.js';
import { lockWithOpen } from '../query/own-baskets.js';
import { writeMetadata } from '../query/write-metadata.js';
import { submitBasket } from './submit-basket.js';
import { thawBasket } from './thaw-basket.js';
import { toBasketDto } from '../to-basket-dto.js';

/** The user or the guest's session of a basket. Both are null after their end. */
interface BasketOwner {
  ownerId: string | null;
  sessionId: string | null;
}

const FIND_OWNER = `
  SELECT b.owner_id AS "ownerId", s.id AS "sessionId"
  FROM baskets b LEFT JOIN sessions s ON s.basket_id = b.id
  WHERE b.id = $1`;

/** The expiry of the guest's session, in milliseconds since 1970. */
const FIND_EXPIRY = 'SELECT expired_at::float8 AS "expiresAt" FROM sessions WHERE basket_id = $1';

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

  /** @throws Problem `unknown-basket` */
  async get(id: string): Promise<BasketDto> {
    const [session] = await this.dataSource.query<{ expiresAt: number }[]>(FIND_EXPIRY, [id]);
    const [basket] = await findBaskets(this.dataSource.manager, [id]);
    if (!basket) throw unknownBasket();
    return this.toDto(basket, session?.expiresAt);
  }

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
   * Thaws a frozen basket, and returns the open one. See docs/decisions/10-frozen-baskets.md.
   *
   * @throws Problem `session-expired` if the guest's session has ended or the user is erased,
   *   because the basket would become an orphan
   */
  async thaw(id: string): Promise<BasketDto> {
    const changed = await this.change(id, async (manager, basket, { ownerId, sessionId }) => {
      if (basket.status !== 'frozen') return basket;
      if (ownerId === null && sessionId === null) {
        throw new Problem(
          'session-expired',
          'Its session or its user is gone, so it cannot be thawed. Submit it before it is removed.',
        );
      }
      return thawBasket(manager, basket, this.environment);
    });
    return this.toDto(changed);
  }

  /**
   * Replaces the shop's own members of an open basket.
   *
   * @throws Problem `unknown-basket`, also for an order; `basket-frozen`
   */
  async setMetadata(id: string, metadata: Metadata): Promise<BasketDto> {
    const changed = await this.change(id, async (manager, basket) => {
      if (basket.status === 'submitted') throw unknownBasket();
      assertOpen(basket);
      return writeMetadata(manager, basket, metadata);
    });
    return this.toDto(changed);
  }

  private async change(
    id: string,
    change: (manager: EntityManager, basket: BasketSnapshot, owner: BasketOwner) => Promise<BasketSnapshot>,
  ): Promise<BasketSnapshot> {
    return retryTransaction(this.dataSource, async (manager) => {
      const owner = await this.lockOwnerOf(manager, id);
      if (owner) await lockWithOpen(manager, [id], owner.ownerId);
      const [basket] = owner ? await findBaskets(manager, [id]) : [];
      if (!owner || !basket) throw unknownBasket();
      return change(manager, basket, owner);
    });
  }

  /**
   * Locks the owner. The caller then locks the basket. Returns null if no basket has this id.
   *
   * @throws TransactionConflict if a login or an erasure was faster. The lock on the previous owner
   *   is then released before the next one is taken. Each happens once in the life of a basket.
   */
  private async lockOwnerOf(manager: EntityManager, id: string): Promise<BasketOwner | null> {
    const [owner] = await manager.query<BasketOwner[]>(FIND_OWNER, [id]);
    if (!owner) return null;
    if (owner.ownerId) await lockUser(manager, owner.ownerId);
    else if (owner.sessionId) await this.sessions.lock(manager, owner.sessionId);
    const [locked] = await manager.query<BasketOwner[]>(FIND_OWNER, [id]);
    if (locked?.ownerId === owner.ownerId && locked.sessionId === owner.sessionId) return locked;
    throw new TransactionConflict(`The owner of basket ${id} has changed.`);
  }

  private toDto(basket: BasketSnapshot, expiresAt?: number): BasketDto {
    const { currency } = this.environment;
    return toBasketDto(basket, { currency, expiresAt });
  }
}

function unknownBasket(): Problem {
  return new Problem('unknown-basket', 'There is no basket with this id.');
}
