import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DeferredVisitor, UserVisitor, Visitor } from '../auth/visitor/visitor.js';
import { ProductService } from '../catalogue/product.service.js';
import { Environment } from '../config/environment.js';
import { Problem } from '../problem/problem.js';
import { GuestLimiter } from '../session/limit/guest-limiter.service.js';
import type { BasketDto } from './basket.dto.js';
import { BasketChanges } from './change/basket-changes.service.js';
import { createBasket } from './change/create-basket.js';
import { removeBasket, removeLine, saveLine } from './query/write-basket.js';
import type { Conditions } from './change/conditions.decorator.js';
import { assertWithinLimits, assertOpen } from './change/line-rules.js';
import { SingleStatement } from './change/single-statement.service.js';
import type { LineProduct, BasketSnapshot } from './query/basket-snapshot.js';

/** What a line shall hold in the end. */
interface WantedLine {
  sku: string;
  quantity: number;
  product: LineProduct;
}

/** Whoever asks for the basket: a cookie's session is read along the way, or only when it has to be. */
export type BasketVisitor = DeferredVisitor | UserVisitor;

@Injectable()
export class BasketService {
  constructor(
    private readonly changes: BasketChanges,
    private readonly singleStatement: SingleStatement,
    private readonly products: ProductService,
    private readonly guests: GuestLimiter,
    private readonly environment: Environment,
  ) {}

  /** Reads only: a visitor without a basket gets an empty one that is nowhere stored. */
  async read(visitor: BasketVisitor): Promise<BasketDto> {
    return this.singleStatement.read(visitor);
  }

  /** @throws Problem `unknown-sku`, `quantity-limit`, `insufficient-stock`, `basket-frozen` */
  async addLine(
    deferred: BasketVisitor,
    conditions: Conditions,
    sku: string,
    quantity: number,
  ): Promise<BasketDto> {
    const added = await this.singleStatement.changeLine(deferred, conditions, { sku, quantity, mode: 'add' });
    if (added) return added;
    const visitor = await this.loadWriter(deferred);
    const created =
      visitor.kind === 'guest' &&
      (await this.singleStatement.createGuestBasket(visitor, conditions, sku, quantity));
    if (created) return created;
    return this.changes.run(visitor, conditions, 201, async (manager, basket) => {
      assertOpen(basket);
      const product = await this.products.find(manager, sku);
      if (!product?.isActive) {
        throw new Problem('unknown-sku', `No product for sale has the sku ${JSON.stringify(sku)}.`);
      }
      const previous = basket?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
      return this.changeLineUnderLock(manager, visitor, basket, {
        sku,
        product,
        quantity: previous + quantity,
      });
    });
  }

  /** Sets a line's quantity, 0 removes it. @throws Problem as `addLine`, but `unknown-product` and `unavailable` */
  async changeQuantity(
    deferred: BasketVisitor,
    conditions: Conditions,
    sku: string,
    quantity: number,
  ): Promise<BasketDto> {
    const done =
      quantity === 0
        ? await this.singleStatement.removeLine(deferred, conditions, sku)
        : await this.singleStatement.changeLine(deferred, conditions, { sku, quantity, mode: 'set' });
    if (done) return done;
    const visitor = quantity === 0 ? await loadVisitor(deferred) : await this.loadWriter(deferred);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      if (quantity === 0 && hasLine(basket, sku)) return removeLine(manager, basket, sku);
      const product = await this.products.find(manager, sku);
      if (!product) throw new Problem('unknown-product', `No product has the sku ${JSON.stringify(sku)}.`);
      if (quantity === 0) return basket;
      if (!product.isActive) throw new Problem('unavailable', 'It can only be removed.', { skus: [sku] });
      return this.changeLineUnderLock(manager, visitor, basket, { sku, product, quantity });
    });
  }

  async removeLine(deferred: BasketVisitor, conditions: Conditions, sku: string): Promise<BasketDto> {
    const removed = await this.singleStatement.removeLine(deferred, conditions, sku);
    if (removed) return removed;
    const visitor = await loadVisitor(deferred);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      return hasLine(basket, sku) ? removeLine(manager, basket, sku) : basket;
    });
  }

  async clear(deferred: BasketVisitor, conditions: Conditions): Promise<void> {
    const visitor = await loadVisitor(deferred);
    await this.changes.run(visitor, conditions, 204, async (manager, basket) => {
      assertOpen(basket);
      if (basket) await removeBasket(manager, basket.id);
      return null;
    });
  }

  /** Whoever puts something into a basket; a guest who comes without a session creates one with it. */
  private async loadWriter(deferred: BasketVisitor): Promise<Visitor> {
    const visitor = await loadVisitor(deferred);
    if (visitor.kind === 'guest' && !visitor.session.snapshot) {
      await this.guests.count(visitor.session.request);
    }
    return visitor;
  }

  private async changeLineUnderLock(
    manager: EntityManager,
    visitor: Visitor,
    basket: BasketSnapshot | null,
    { sku, product, quantity }: WantedLine,
  ): Promise<BasketSnapshot> {
    const { basketMaxQuantity: maxQuantity, basketMaxLines: maxLines } = this.environment;
    assertWithinLimits(basket, sku, product, quantity, { maxQuantity, maxLines });
    const previous = basket?.lines.find((line) => line.sku === sku);
    const unitPriceMinorWhenAdded = previous?.unitPriceMinorWhenAdded ?? product.unitPriceMinor;
    const created = basket ?? (await createBasket(manager, visitor));
    return saveLine(manager, created, { sku, quantity, unitPriceMinorWhenAdded, pinned: null, product });
  }
}

function hasLine(basket: BasketSnapshot | null, sku: string): basket is BasketSnapshot {
  return basket?.lines.some((line) => line.sku === sku) ?? false;
}

export async function loadVisitor(visitor: BasketVisitor): Promise<Visitor> {
  return visitor.kind === 'deferred' ? visitor.load() : visitor;
}
