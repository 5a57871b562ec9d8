import { Injectable } from '@nestjs/common';
import type { Visitor } from '../auth/visitor.js';
import { Environment } from '../environment.js';
import type { BasketDto } from './basket.dto.js';
import { BasketChanges } from './basket-changes.service.js';
import type { Conditions } from './conditions.decorator.js';
import { freezeBasket, thawBaskets } from './freeze-basket.js';
import { emptyBasket, submitBasket } from './submit-basket.js';

/** open → frozen → open, and open or frozen → submitted. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly changes: BasketChanges,
    private readonly environment: Environment,
  ) {}

  /** Pins prices, names and the currency while the shopper pays; again is no change. @throws Problem `empty-basket` */
  async freeze(visitor: Visitor, conditions: Conditions): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      if (!basket || basket.lines.length === 0) throw emptyBasket();
      return basket.status === 'frozen'
        ? basket
        : freezeBasket(manager, basket.id, this.environment.currency);
    });
  }

  /** Opens a frozen basket; one that is open, or none, stays as it is. */
  async thaw(visitor: Visitor, conditions: Conditions): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      if (basket?.status !== 'frozen') return basket;
      const [thawed = null] = await thawBaskets(manager, [basket.id]);
      return thawed;
    });
  }

  /** @throws Problem `empty-basket`, `unavailable`, `insufficient-stock` or `total-changed` */
  async submit(visitor: Visitor, conditions: Conditions, expectedAmountMinor?: number): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, (manager, basket) =>
      submitBasket(manager, basket, expectedAmountMinor, (shown) => this.changes.show(shown, visitor)),
    );
  }
}
