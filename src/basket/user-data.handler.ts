import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { NIL } from 'uuid';
import { UserDataRequested } from '../auth/event/user-data-requested.event.js';
import { UserErased } from '../auth/event/user-erased.event.js';
import { Environment } from '../config/environment.js';
import { readPages } from '../http/page/read-pages.js';
import type { BasketDto } from './basket.dto.js';
import type { OrderDto } from './order/order.dto.js';
import { OrderService } from './order/order.service.js';
import { type BasketSnapshot, findBasket, findBaskets } from './query/basket-snapshot.js';
import { toBasketDto } from './to-basket-dto.js';

/** A page with all its lines is read and written in a few milliseconds. */
const ORDERS_PER_PAGE = 50;
const FROZEN_PER_PAGE = 50;
const KEYS_PER_PAGE = 1_000;

interface FrozenRow {
  id: string;
  /** `frozen_at` with its microseconds. A Date has only milliseconds. */
  frozenAt: string;
}

const FROZEN = `
  SELECT id, frozen_at::text AS "frozenAt" FROM baskets
  WHERE owner_id = $1 AND status = 'frozen' AND (frozen_at, id) > ($2::timestamptz, $3::uuid)
  ORDER BY frozen_at, id LIMIT $4`;

/** Uses the index of a user's keys. No key is empty, so the first page begins behind ''. */
const KEYS = `
  SELECT key, status, basket_id AS "basketId", created_at AS "createdAt"
  FROM idempotency_keys WHERE user_id = $1 AND key > $2 ORDER BY key LIMIT $3`;

/** The baskets' part of the export and of the erasure of a user. */
@Injectable()
export class UserDataHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly environment: Environment,
  ) {}

  /**
   * Removes the open basket. Takes the owner off the orders, and off frozen baskets: their payments
   * go on.
   *
   * Locks in the common order: baskets by id, then keys. See docs/decisions/05-lock-order.md.
   */
  @OnEvent(UserErased.NAME, { suppressErrors: false })
  async release({ manager, userId }: UserErased): Promise<void> {
    await manager.query('SELECT FROM baskets WHERE owner_id = $1 ORDER BY id FOR UPDATE', [userId]);
    await manager.query('DELETE FROM idempotency_keys WHERE user_id = $1', [userId]);
    await manager.query(`DELETE FROM baskets WHERE owner_id = $1 AND status = 'open'`, [userId]);
    await manager.query(`UPDATE baskets SET owner_id = NULL, metadata = '{}' WHERE owner_id = $1`, [userId]);
  }

  @OnEvent(UserDataRequested.NAME, { suppressErrors: false })
  async collect({ userId }: UserDataRequested): Promise<object> {
    // The orders come last: a basket that is submitted meanwhile appears twice, and is never
    // missing.
    const basket = await findBasket(this.dataSource.manager, { ownerId: userId });
    return {
      basket: basket && this.toDto(basket),
      frozenBaskets: this.frozenPages(userId),
      orders: this.orderPages(userId),
      idempotencyKeys: readPages<{ key: string }>(KEYS_PER_PAGE, (last) =>
        this.dataSource.query(KEYS, [userId, last?.key ?? '', KEYS_PER_PAGE]),
      ),
    };
  }

  private async *frozenPages(userId: string): AsyncGenerator<BasketDto[]> {
    const pages = readPages<FrozenRow>(FROZEN_PER_PAGE, (last) =>
      this.dataSource.query(FROZEN, [
        userId,
        last?.frozenAt ?? '-infinity',
        last?.id ?? NIL,
        FROZEN_PER_PAGE,
      ]),
    );
    for await (const page of pages) {
      const ids = page.map(({ id }) => id);
      const baskets = ids.length > 0 ? await findBaskets(this.dataSource.manager, ids) : [];
      yield baskets.map((basket) => this.toDto(basket));
    }
  }

  private toDto(basket: BasketSnapshot): BasketDto {
    const { currency } = this.environment;
    return toBasketDto(basket, { currency });
  }

  /** An order never changes its place, and a new one comes at the end. So each is read once. */
  private async *orderPages(userId: string): AsyncGenerator<OrderDto[]> {
    let cursor: string | undefined;
    do {
      const page = await this.orders.findPage({ kind: 'user', userId }, ORDERS_PER_PAGE, cursor);
      yield page.orders;
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
  }
}
