import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor/visitor.js';
import { ProductService } from '../catalogue/product.service.js';
import { Environment } from '../config/environment.js';
import { GuestLimiter } from '../session/limit/guest-limiter.service.js';
import type { BasketDto } from './basket.dto.js';
import { BasketChanges } from './change/basket-changes.service.js';
import { type BasketVisitor, loadWriter } from './change/basket-visitor.js';
import { createBasket } from './change/create-basket.js';
import { isSameLine, removeBasket, removeLine, saveLine } from './query/write-basket.js';
import { writeMetadata } from './query/write-metadata.js';
import { emptyBasket } from './checkout/checkout-rules.js';
import type { Conditions } from './change/conditions.decorator.js';
import { assertOpen, findBreach, tooManyLines, unavailable, unknownSku } from './change/line-rules.js';
import { SingleStatement } from './change/single-statement.service.js';
import { countAvailable } from './query/availability.js';
import type { BasketSnapshot, LineSnapshot, Metadata } from './query/basket-snapshot.js';
import { lineIdOf } from './query/line-id.js';
import { type LineProduct, toLineProduct } from './query/line-product.js';
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

  /**
   * @throws Problem `unknown-sku`, `quantity-limit`, `quantity-rule`, `insufficient-stock`,
   *   `basket-frozen`, `migration-pending`
   */
  async addLine(sender: BasketVisitor, conditions: Conditions, request: LineRequest): Promise<BasketDto> {
    const added = toAddedLine(request);
    const done = await this.singleStatement.addLine(sender, conditions, added);
    if (done) return done;
    const visitor = await loadWriter(sender, this.guests);
    const created =
      visitor.kind === 'guest' && (await this.singleStatement.createGuestBasket(visitor, conditions, added));
    if (created) return created;
    return this.changes.run(visitor, conditions, 201, async (manager, basket) => {
      assertOpen(basket);
      const product = await this.products.find(manager, added.sku);
      if (!product?.isActive) throw unknownSku(added.sku);
      const previous = basket?.lines.find((line) => isSameLine(line, added));
      const quantity = (previous?.quantity ?? 0) + added.quantity;
      const line = { added, product: toLineProduct(product), quantity };
      return this.changeLineUnderLock(manager, visitor, basket, line);
    });
  }

  /**
   * Sets the quantity of a line. 0 removes the line.
   *
   * @param lineId without such a line, the sku of a new one without attributes
   * @throws Problem `unknown-product`, `unavailable`, `quantity-limit`, `quantity-rule`,
   *   `insufficient-stock`, `basket-frozen`
   */
  async changeQuantity(
    sender: BasketVisitor,
    conditions: Conditions,
    lineId: string,
    quantity: number,
  ): Promise<BasketDto> {
    if (quantity === 0) {
      return this.removeLine(sender, conditions, lineId, (manager) => this.products.get(manager, lineId));
    }
    const changed = await this.singleStatement.setQuantity(sender, conditions, lineId, quantity);
    if (changed) return changed;
    const visitor = await loadWriter(sender, this.guests);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      const added = findLine(basket, lineId) ?? toAddedLine({ sku: lineId, quantity });
      const product = await this.products.get(manager, added.sku);
      if (!product.isActive) throw unavailable(added.sku);
      const line = { added, product: toLineProduct(product), quantity };
      return this.changeLineUnderLock(manager, visitor, basket, line);
    });
  }

  /** @param ifMissing is called if the basket has no such line, and may throw */
  async removeLine(
    visitor: BasketVisitor,
    conditions: Conditions,
    lineId: string,
    ifMissing?: (manager: EntityManager) => Promise<unknown>,
  ): Promise<BasketDto> {
    const removed = await this.singleStatement.removeLine(visitor, conditions, lineId);
    if (removed) return removed;
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      const line = findLine(basket, lineId);
      if (basket && line) return removeLine(manager, basket, line);
      await ifMissing?.(manager);
      return basket;
    });
  }

  /**
   * Replaces the shop's own members of the basket.
   *
   * @throws Problem `empty-basket` without a basket, `basket-frozen`
   */
  async setMetadata(visitor: BasketVisitor, conditions: Conditions, metadata: Metadata): Promise<BasketDto> {
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      if (!basket) throw emptyBasket();
      assertOpen(basket);
      return writeMetadata(manager, basket, metadata);
    });
  }

  async clear(visitor: BasketVisitor, conditions: Conditions): Promise<void> {
    await this.changes.run(visitor, conditions, 204, async (manager, basket) => {
      assertOpen(basket);
      if (basket) await removeBasket(manager, basket.id);
      return null;
    });
  }

  private async changeLineUnderLock(
    manager: EntityManager,
    visitor: Visitor,
    basket: BasketSnapshot | null,
    { added, product, quantity }: WantedLine,
  ): Promise<BasketSnapshot> {
    const { basketMaxQuantity, basketMaxLines } = this.environment;
    const lines = basket?.lines ?? [];
    const previous = lines.find((line) => isSameLine(line, added));
    if (!previous && lines.length >= basketMaxLines) throw tooManyLines(basketMaxLines);
    const others = lines.filter((line) => line.sku === added.sku && line !== previous);
    const total = quantity + others.reduce((sum, line) => sum + line.quantity, 0);
    if (product.available !== null && total > product.available) {
      await countAvailable(manager, basket?.id ?? null, [product]);
    }
    const breach = findBreach(total, product, basketMaxQuantity);
    if (breach) throw breach;
    const position = lines.length;
    const kept = previous ?? { ...added, position, unitPriceMinorWhenAdded: product.unitPriceMinor };
    const created = basket ?? (await createBasket(manager, visitor));
    return saveLine(manager, created, { ...kept, quantity, pinned: null, product });
  }
}

function findLine(basket: BasketSnapshot | null, lineId: string): LineSnapshot | undefined {
  return basket?.lines.find((line) => lineIdOf(line) === lineId);
}
