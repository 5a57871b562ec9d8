import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { Environment } from '../../config/environment.js';
import { Problem } from '../../problem/problem.js';
import { decodeOrderCursor, encodeOrderCursor, type OrderCursor } from './order-cursor.js';
import type { OrderDto, OrderPageDto } from './order.dto.js';
import { findBaskets, type BasketSnapshot } from '../query/basket-snapshot.js';
import { SUBMIT_LOCK } from '../checkout/submit-basket.js';
import { toBasketDto } from '../to-basket-dto.js';

/** Whose orders: a user's, a guest session's, or all of the shop. */
interface Scope {
  where: string;
  values: string[];
}

const ALL_ORDERS: Scope = { where: 'true', values: [] };

@Injectable()
export class OrderService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /** The visitor's own, the oldest first. */
  async findPage(visitor: Visitor, limit: number, cursor?: string): Promise<OrderPageDto> {
    const scope = scopeOf(visitor);
    if (!scope) return { orders: [], nextCursor: null };
    return this.page(this.dataSource.manager, scope, limit, cursor);
  }

  /**
   * Everybody's, for whoever fulfils them: who follows the cursor sees each order once and misses none.
   *
   * An order whose transaction began early may commit late. So the page waits for those under way: what it does not
   * show is stamped with a later time.
   */
  async findPageOfAll(limit: number, cursor?: string): Promise<OrderPageDto> {
    return this.dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [SUBMIT_LOCK]);
      return this.page(manager, ALL_ORDERS, limit, cursor);
    });
  }

  /** @throws Problem `unknown-order`, also for one of somebody else */
  async get(visitor: Visitor, id: string): Promise<OrderDto> {
    const scope = scopeOf(visitor);
    const values = [id, ...(scope?.values ?? [])];
    const sql = `SELECT id FROM baskets WHERE id = $1 AND status = 'submitted' AND ${scope?.where.replace('$1', '$2')}`;
    const [found] = scope ? await this.dataSource.query<{ id: string }[]>(sql, values) : [];
    const [order] = found ? await findBaskets(this.dataSource.manager, [found.id]) : [];
    if (!order) throw unknownOrder();
    return this.toOrderDto(order);
  }

  toOrderDto(basket: BasketSnapshot): OrderDto {
    const owner = basket.ownerId === null ? 'guest' : 'user';
    const dto = toBasketDto(basket, { owner, currency: this.environment.currency, expiresAt: null });
    const submittedAt = (basket.submittedAt ?? new Date(0)).toISOString();
    return { ...dto, id: basket.id, status: 'submitted', submittedAt };
  }

  private async page(
    manager: EntityManager,
    { where, values }: Scope,
    limit: number,
    cursor?: string,
  ): Promise<OrderPageDto> {
    const after = cursor === undefined ? null : decodeOrderCursor(cursor);
    const n = values.length;
    // Text keeps the microseconds, which a Date would lose. In UTC it does not depend on the settings of a connection.
    const sql = `
      SELECT id, to_char(submitted_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') AS "submittedAt" FROM baskets
      WHERE ${where} AND status = 'submitted' AND submitted_at IS NOT NULL
        ${after ? `AND (submitted_at, id) > ($${n + 2}::timestamptz, $${n + 3}::uuid)` : ''}
      ORDER BY submitted_at, id LIMIT $${n + 1}`;
    const keys = after ? [after.submittedAt, after.id] : [];
    const found = await manager.query<OrderCursor[]>(sql, [...values, limit, ...keys]);
    const ids = found.map(({ id }) => id);
    const orders = (await findBaskets(manager, ids)).map((order) => this.toOrderDto(order));
    const last = found.at(-1);
    return { orders, nextCursor: last && found.length === limit ? encodeOrderCursor(last) : null };
  }
}

export function unknownOrder(): Problem {
  return new Problem('unknown-order', 'You have no such order.');
}

/** Null: a visitor who can't have any. */
function scopeOf(visitor: Visitor): Scope | null {
  if (visitor.kind === 'user') return { where: 'owner_id = $1', values: [visitor.userId] };
  const id = visitor.session.active?.id;
  return id ? { where: 'submitted_session_id = $1', values: [id] } : null;
}
