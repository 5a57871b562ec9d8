import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { UserDataRequested } from '../auth/user-data-requested.event.js';
import { UserErased } from '../auth/user-erased.event.js';
import { Environment } from '../environment.js';
import { OrderService } from './order.service.js';
import { findBasket, findBaskets } from './stored-basket.js';
import { toBasketDto } from './to-basket-dto.js';

/** The baskets' part when a user asks for what is stored, or is erased. */
@Injectable()
export class UserDataHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly orders: OrderService,
    private readonly environment: Environment,
  ) {}

  /** In the order of all locks: baskets by id, then keys; the lines go with their basket. */
  @OnEvent(UserErased.NAME, { suppressErrors: false })
  async letGo({ manager, userId }: UserErased): Promise<void> {
    await manager.query('SELECT FROM baskets WHERE owner_id = $1 ORDER BY id FOR UPDATE', [userId]);
    await manager.query('DELETE FROM idempotency_keys WHERE user_id = $1', [userId]);
    await manager.query(`DELETE FROM baskets WHERE owner_id = $1 AND status <> 'submitted'`, [userId]);
    await manager.query('UPDATE baskets SET owner_id = NULL WHERE owner_id = $1', [userId]);
  }

  @OnEvent(UserDataRequested.NAME, { suppressErrors: false })
  async collect({ userId }: UserDataRequested): Promise<object> {
    const { manager } = this.dataSource;
    const ids = await manager.query<{ id: string }[]>(
      `SELECT id FROM baskets WHERE owner_id = $1 AND status = 'submitted' ORDER BY submitted_at, id`,
      [userId],
    );
    const orders = await findBaskets(
      manager,
      ids.map(({ id }) => id),
    );
    const idempotencyKeys = await manager.query<object[]>(
      `SELECT key, status, basket_id AS "basketId", created_at AS "createdAt"
       FROM idempotency_keys WHERE user_id = $1 ORDER BY id`,
      [userId],
    );
    const basket = await findBasket(manager, { ownerId: userId });
    const { currency } = this.environment;
    return {
      basket: basket && toBasketDto(basket, { owner: 'user', currency, expiresAt: null }),
      orders: orders.map((order) => this.orders.toOrderDto(order)),
      idempotencyKeys,
    };
  }
}
