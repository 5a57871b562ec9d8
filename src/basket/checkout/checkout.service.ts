import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import type { BasketDto } from '../basket.dto.js';
import { type BasketVisitor, loadVisitor } from '../change/basket-visitor.js';
import { BasketChanges } from '../change/basket-changes.service.js';
import type { Conditions } from '../change/conditions.decorator.js';
import { freezeBasket, thawBaskets } from './freeze-basket.js';
import type { OrderDto } from '../order/order.dto.js';
import { OrderService, unknownOrder } from '../order/order.service.js';
import { markReplayed } from '../change/replayed.js';
import { emptyBasket, submitBasket } from './submit-basket.js';

/** Changes the status: open → frozen → open, and open or frozen → submitted. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly changes: BasketChanges,
    private readonly orders: OrderService,
    private readonly environment: Environment,
  ) {}

  /**
   * Pins prices, names and the currency while the shopper pays. A frozen basket stays as it is.
   *
   * @throws Problem `empty-basket`
   */
  async freeze(visitor: BasketVisitor, conditions: Conditions): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      if (!basket || basket.lines.length === 0) throw emptyBasket();
      return basket.status === 'frozen'
        ? basket
        : freezeBasket(manager, basket.id, this.environment.currency);
    });
  }

  /** Opens a frozen basket. An open basket stays as it is. */
  async thaw(visitor: BasketVisitor, conditions: Conditions): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      if (basket?.status !== 'frozen') return basket;
      const [thawed = null] = await thawBaskets(manager, [basket.id]);
      return thawed;
    });
  }

  /**
   * Submits the basket and returns the order.
   *
   * @throws Problem `empty-basket`, `unavailable`, `insufficient-stock` or `total-changed`;
   *   `unknown-order` if the order of an earlier request with the same key is gone
   */
  async submit(
    sender: BasketVisitor,
    conditions: Conditions,
    expectedAmountMinor?: number,
  ): Promise<OrderDto> {
    const visitor = await loadVisitor(sender);
    const { basket, isReplayed } = await this.changes.runForSnapshot(
      visitor,
      conditions,
      200,
      (manager, open) =>
        submitBasket(manager, open, expectedAmountMinor, (current) => this.changes.toDto(current, visitor)),
    );
    if (basket?.status !== 'submitted') throw unknownOrder();
    const order = this.orders.toOrderDto(basket);
    return isReplayed ? markReplayed(order) : order;
  }
}
