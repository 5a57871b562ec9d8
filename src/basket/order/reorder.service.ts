import { Injectable } from '@nestjs/common';
import { sessionReplaced } from '../../session/request/session-replaced.js';
import { type BasketVisitor, loadVisitor } from '../change/basket-visitor.js';
import { BulkChanges } from '../change/bulk/bulk-changes.service.js';
import type { ChangeMode } from '../change/bulk/change-limits.js';
import type { ChangedBasketDto } from '../change/bulk/changes.dto.js';
import type { Conditions } from '../change/conditions.decorator.js';
import { OrderService } from './order.service.js';

@Injectable()
export class ReorderService {
  constructor(
    private readonly orders: OrderService,
    private readonly bulk: BulkChanges,
  ) {}

  /**
   * Adds the lines of an order to the visitor's basket.
   *
   * @throws Problem `session-replaced`, `unknown-order`, and each problem of `BulkChanges`
   */
  async reorder(
    sender: BasketVisitor,
    conditions: Conditions,
    orderId: string,
    mode: ChangeMode = 'possible',
  ): Promise<ChangedBasketDto> {
    const visitor = await loadVisitor(sender);
    // A login has given the order to the user. The request has the cookie from before the login.
    if (visitor.kind === 'guest' && visitor.session.snapshot?.isReplaced) throw sessionReplaced();
    const { lines } = await this.orders.get(visitor, orderId);
    const changes = lines.map(({ sku, attributes, quantity: add }) => ({ sku, attributes, add }));
    return this.bulk.make(visitor, conditions, { mode, changes });
  }
}
