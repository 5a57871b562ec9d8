import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor/visitor.js';
import { ProductService } from '../catalogue/product.service.js';
import { Environment } from '../config/environment.js';
import { Problem } from '../problem/problem.js';
import { GuestLimiter } from '../session/limit/guest-limiter.service.js';
import type { BasketDto } from './basket.dto.js';
import { BasketChanges } from './change/basket-changes.service.js';
import { type BasketVisitor, loadVisitor } from './change/basket-visitor.js';
import { createBasket } from './change/create-basket.js';
import { removeBasket, removeLine, saveLine } from './query/write-basket.js';
import type { Conditions } from './change/conditions.decorator.js';
import { assertWithinLimits, assertOpen } from './change/line-rules.js';
import { SingleStatement } from './change/single-statement.service.js';
import type { BasketSnapshot, LineProduct, LineSnapshot } from './query/basket-snapshot.js';
import { type AddedLine, type LineRequest, toAddedLine } from './query/line-columns.js';

/** A line as it will be after the change. A new line has the members of `added`. */
interface WantedLine {
  added: AddedLine;
  quantity: number;
  product: LineProduct;
}

@Injectable()
export class BasketService {
  constructor(
    private readonly changes: BasketChanges,
    private readonly singleStatement: SingleStatement,
    private readonly products: ProductService,
    private readonly guests: GuestLimiter,
    private readonly environment: Environment,
  ) {}

  /** Reads the basket. A visitor without one gets an empty basket, which is not stored. */
  async read(visitor: BasketVisitor): Promise<BasketDto> {
    return this.singleStatement.read(visitor);
  }

  /** @throws Problem `unknown-sku`, `quantity-limit`, `insufficient-stock`, `basket-frozen` */
  async addLine(sender: BasketVisitor, conditions: Conditions, request: LineRequest): Promise<BasketDto> {
    const added = toAddedLine(request);
    const { sku } = added;
    const done = await this.singleStatement.changeLine(sender, conditions, added, 'add');
    if (done) return done;
    const visitor = await this.loadWriter(sender);
    const created =
      visitor.kind === 'guest' && (await this.singleStatement.createGuestBasket(visitor, conditions, added));
    if (created) return created;
    return this.changes.run(visitor, conditions, 201, async (manager, basket) => {
      assertOpen(basket);
      const product = await this.products.find(manager, sku);
      if (!product?.isActive) {
        throw new Problem('unknown-sku', `No product for sale has the sku ${JSON.stringify(sku)}.`);
      }
      const quantity = (findLine(basket, sku)?.quantity ?? 0) + added.quantity;
      return this.changeLineUnderLock(manager, visitor, basket, { added, product, quantity });
    });
  }

  /**
   * Sets the quantity of a line. 0 removes the line.
   *
   * @throws Problem `unknown-product`, `unavailable`, `quantity-limit`, `insufficient-stock`,
   *   `basket-frozen`
   */
  async changeQuantity(
    sender: BasketVisitor,
    conditions: Conditions,
    sku: string,
    quantity: number,
  ): Promise<BasketDto> {
    if (quantity === 0) {
      return this.removeLine(sender, conditions, sku, (manager) => this.products.get(manager, sku));
    }
    const added = toAddedLine({ sku, quantity });
    const changed = await this.singleStatement.changeLine(sender, conditions, added, 'set');
    if (changed) return changed;
    const visitor = await this.loadWriter(sender);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      const product = await this.products.get(manager, sku);
      if (!product.isActive) throw new Problem('unavailable', 'It can only be removed.', { skus: [sku] });
      return this.changeLineUnderLock(manager, visitor, basket, { added, product, quantity });
    });
  }

  /** @param ifMissing is called if the basket has no such line, and may throw */
  async removeLine(
    visitor: BasketVisitor,
    conditions: Conditions,
    sku: string,
    ifMissing?: (manager: EntityManager) => Promise<unknown>,
  ): Promise<BasketDto> {
    const removed = await this.singleStatement.removeLine(visitor, conditions, sku);
    if (removed) return removed;
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      if (basket && findLine(basket, sku)) return removeLine(manager, basket, sku);
      await ifMissing?.(manager);
      return basket;
    });
  }

  async clear(visitor: BasketVisitor, conditions: Conditions): Promise<void> {
    await this.changes.run(visitor, conditions, 204, async (manager, basket) => {
      assertOpen(basket);
      if (basket) await removeBasket(manager, basket.id);
      return null;
    });
  }

  /** Loads the visitor. Counts a guest without a session, because the change will create one. */
  private async loadWriter(sender: BasketVisitor): Promise<Visitor> {
    const visitor = await loadVisitor(sender);
    if (visitor.kind === 'guest' && !visitor.session.snapshot) {
      await this.guests.count(visitor.session.request);
    }
    return visitor;
  }

  private async changeLineUnderLock(
    manager: EntityManager,
    visitor: Visitor,
    basket: BasketSnapshot | null,
    { added, product, quantity }: WantedLine,
  ): Promise<BasketSnapshot> {
    const { basketMaxQuantity: maxQuantity, basketMaxLines: maxLines } = this.environment;
    assertWithinLimits(basket, added.sku, product, quantity, { maxQuantity, maxLines });
    const previous = findLine(basket, added.sku);
    const kept = previous ?? { ...added, unitPriceMinorWhenAdded: product.unitPriceMinor };
    const created = basket ?? (await createBasket(manager, visitor));
    return saveLine(manager, created, { ...kept, quantity, pinned: null, product });
  }
}

function findLine(basket: BasketSnapshot | null, sku: string): LineSnapshot | undefined {
  return basket?.lines.find((line) => line.sku === sku);
}
