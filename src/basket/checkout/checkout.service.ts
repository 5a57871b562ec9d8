import { Injectable } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import type { BasketDto } from '../basket.dto.js';
import { type BasketVisitor, loadVisitor } from '../change/basket-visitor.js';
import { BasketChanges, type Change } from '../change/basket-changes.service.js';
import type { Conditions } from '../change/conditions.decorator.js';
import type { FreezeDto, SubmitDto, ThawDto } from './checkout.dto.js';
import { emptyBasket } from './checkout-rules.js';
import { freezeBasket } from './freeze-basket.js';
import type { OrderDto } from '../order/order.dto.js';
import { OrderService, unknownOrder } from '../order/order.service.js';
import { markReplayed } from '../change/replayed.js';
import { submitBasket } from './submit-basket.js';
import { freezeTarget, submitTarget, thawTarget } from './target-basket.js';
import { thawBasket } from './thaw-basket.js';

/** Changes the status: open → frozen → open, and open or frozen → submitted. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly changes: BasketChanges,
    private readonly orders: OrderService,
    private readonly environment: Environment,
  ) {}

  /**
   * Pins prices, names and the currency while the shopper pays, and can reserve the stock.
   *
   * @throws Problem `empty-basket`, `quantity-rule`, `insufficient-stock` or `unknown-basket`
   */
  async freeze(
    visitor: BasketVisitor,
    conditions: Conditions,
    { basketId, reserve }: FreezeDto,
  ): Promise<BasketDto> {
    const freeze: Change = async (manager, basket) => {
      if (!basket || basket.lines.length === 0) throw emptyBasket();
      return freezeBasket(manager, basket, this.environment, reserve);
    };
    return this.changes.run(visitor, conditions, 200, freeze, freezeTarget(basketId));
  }

  /**
   * Opens a frozen basket, or merges it into the open one. Without a frozen one, nothing changes.
   *
   * @throws Problem `unknown-basket`
   */
  async thaw(visitor: BasketVisitor, conditions: Conditions, { basketId }: ThawDto): Promise<BasketDto> {
    const thaw: Change = async (manager, basket) =>
      basket?.status === 'frozen' ? thawBasket(manager, basket, this.environment) : basket;
    return this.changes.run(visitor, conditions, 200, thaw, thawTarget(basketId));
  }

  /**
   * Submits the basket and returns the order.
   *
   * @throws Problem `empty-basket`, `unavailable`, `quantity-rule`, `insufficient-stock` or
   *   `total-changed`; `basket-ambiguous` or `unknown-basket`; `unknown-order` if the order of an
   *   earlier request with the same key is gone
   */
  async submit(
    sender: BasketVisitor,
    conditions: Conditions,
    { basketId, expectedAmountMinor }: SubmitDto,
  ): Promise<OrderDto> {
    const visitor = await loadVisitor(sender);
    const { basket, isReplayed } = await this.changes.runForSnapshot(
      visitor,
      conditions,
      200,
      (manager, current) =>
        submitBasket(manager, current, expectedAmountMinor, (dto) => this.changes.toDto(dto, visitor)),
      submitTarget(this.environment.currency, basketId),
    );
    if (basket?.status !== 'submitted') throw unknownOrder();
    const order = this.orders.toOrderDto(basket);
    return isReplayed ? markReplayed(order) : order;
  }
}
