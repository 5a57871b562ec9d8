import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { NIL } from 'uuid';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { Environment } from '../../config/environment.js';
import { retryTransaction } from '../../database/retry-transaction.js';
import { toPageOfGrowingList } from '../../http/page/page.js';
import { Problem } from '../../problem/problem.js';
import { cancelOrder } from './cancel-order.js';
import { decodeOrderCursor, encodeOrderCursor, type OrderCursor } from './order-cursor.js';
import type { OrderDto, OrderPageDto } from './order.dto.js';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { SUBMIT_LOCK } from '../checkout/submit-basket.js';
import { toBasketDto } from '../to-basket-dto.js';

/** The column and the value that select the orders of a user or of a guest's session. */
interface Scope {
  column: 'owner_id' | 'submitted_session_id';
  id: string;
}

/** Earlier than every order. */
const START: OrderCursor = { submittedAt: '-infinity', id: NIL };

/**
 * SQL: a page of orders after the cursor `$1`, `$2`. `$3` is the limit, `$4` the id of a scope.
 *
 * Text keeps the microseconds, which a Date would lose. UTC: a connection may have another zone.
 */
export function pageStatement(column: Scope['column'] | null): string {
  return `
    SELECT id, to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS "submittedAt" FROM baskets
    WHERE status = 'submitted' AND submitted_at IS NOT NULL AND (submitted_at, id) > ($1::timestamptz, $2::uuid)
      ${column === null ? '' : `AND ${column} = $4`}
    ORDER BY submitted_at, id LIMIT $3`;
}

@Injectable()
export class OrderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /** Lists the visitor's own orders, the oldest first. */
  async findPage(visitor: Visitor, limit: number, cursor?: string): Promise<OrderPageDto> {
    const scope = scopeOf(visitor);
    if (!scope) return { orders: [], nextCursor: null };
    return this.readPage(this.dataSource.manager, scope, limit, cursor);
  }

  /**
   * Lists all orders of the shop, the oldest first. A back end that follows the cursor misses none.
   *
   * A transaction that began early may commit late. So the list waits for the current submits. Each
   * later order gets a later time. See docs/decisions/13-order-cursor.md.
   */
  async findPageOfAll(limit: number, cursor?: string): Promise<OrderPageDto> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [SUBMIT_LOCK]);
      return this.readPage(manager, null, limit, cursor);
    });
  }

  /** @throws Problem `unknown-order`, also for the order of another visitor */
  async get(visitor: Visitor, id: string): Promise<OrderDto> {
    const scope = scopeOf(visitor);
    if (!scope) throw unknownOrder();
    const sql = `SELECT id FROM baskets WHERE id = $1 AND status = 'submitted' AND ${scope.column} = $2`;
    const [found] = await this.dataSource.query<{ id: string }[]>(sql, [id, scope.id]);
    const [order] = found ? await findBaskets(this.dataSource.manager, [found.id]) : [];
    if (!order) throw unknownOrder();
    return this.toOrderDto(order);
  }

  /**
   * Cancels an order of any visitor, for the shop's back end, and returns its stock once.
   *
   * @throws Problem `unknown-order` or `quantity-limit`
   */
  async cancel(id: string): Promise<OrderDto> {
    const order = await retryTransaction(this.dataSource, (manager) => cancelOrder(manager, id));
    return this.toOrderDto(order);
  }

  toOrderDto(basket: BasketSnapshot): OrderDto {
    const { id, submittedAt } = basket;
    if (!submittedAt) throw new Error(`Basket ${id} was not submitted.`);
    const { currency } = this.environment;
    const dto = toBasketDto(basket, { currency });
    return {
      ...dto,
      id,
      status: 'submitted',
      submittedAt: submittedAt.toISOString(),
      cancelledAt: basket.cancelledAt?.toISOString() ?? null,
    };
  }

  private async readPage(
    manager: EntityManager,
    scope: Scope | null,
    limit: number,
    cursor?: string,
  ): Promise<OrderPageDto> {
    const { submittedAt, id } = cursor === undefined ? START : decodeOrderCursor(cursor);
    const values = [submittedAt, id, limit, ...(scope ? [scope.id] : [])];
    const found = await manager.query<OrderCursor[]>(pageStatement(scope?.column ?? null), values);
    const { rows, nextCursor } = toPageOfGrowingList(found, limit, encodeOrderCursor);
    const ids = rows.map((row) => row.id);
    const orders = (await findBaskets(manager, ids)).map((order) => this.toOrderDto(order));
    return { orders, nextCursor };
  }
}

export function unknownOrder(): Problem {
  return new Problem('unknown-order', 'This visitor has no order with this id.');
}

/** Returns null for a guest without a session, who has no orders. */
function scopeOf(visitor: Visitor): Scope | null {
  if (visitor.kind === 'user') return { column: 'owner_id', id: visitor.userId };
  const id = visitor.session.active?.id;
  return id ? { column: 'submitted_session_id', id } : null;
}
