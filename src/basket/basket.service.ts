import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor.js';
import { ProductService } from '../catalogue/product.service.js';
import { Environment } from '../environment.js';
import { Problem } from '../problem/problem.js';
import type { BasketDto } from './basket.dto.js';
import { BasketChanges } from './basket-changes.service.js';
import { beginBasket } from './basket-place.js';
import { removeBasket, removeLine, saveLine } from './basket-writes.js';
import type { Conditions } from './conditions.decorator.js';
import { assertCanHold, assertOpen } from './line-rules.js';
import { LineShortcuts } from './line-shortcuts.service.js';
import { type LineProduct, readBasket, type StoredBasket } from './stored-basket.js';

/** What a line shall hold in the end. */
interface WantedLine {
  sku: string;
  quantity: number;
  product: LineProduct;
}

@Injectable()
export class BasketService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: BasketChanges,
    private readonly shortcuts: LineShortcuts,
    private readonly products: ProductService,
    private readonly environment: Environment,
  ) {}

  /** Reads only: a visitor without a basket gets an empty one that is nowhere stored. */
  async read(visitor: Visitor): Promise<BasketDto> {
    if (visitor.kind === 'user') {
      return this.changes.show(await readBasket(this.dataSource, { ownerId: visitor.userId }), visitor);
    }
    const basketId = visitor.session.living?.basketId;
    return this.changes.show(basketId ? await readBasket(this.dataSource, { basketId }) : null, visitor);
  }

  /** @throws Problem `unknown-sku`, `quantity-limit`, `insufficient-stock`, `basket-frozen` */
  async addLine(visitor: Visitor, conditions: Conditions, sku: string, quantity: number): Promise<BasketDto> {
    const done = await this.shortcuts.add(visitor, conditions, sku, quantity);
    if (done) return this.changes.show(done, visitor);
    return this.changes.run(visitor, conditions, 201, async (manager, basket) => {
      assertOpen(basket);
      const product = await this.products.find(manager, sku);
      if (!product?.isActive) {
        throw new Problem('unknown-sku', `No product for sale has the sku ${JSON.stringify(sku)}.`);
      }
      const before = basket?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
      return this.hold(manager, visitor, basket, { sku, product, quantity: before + quantity });
    });
  }

  /** Sets a line's quantity, 0 removes it. @throws Problem as `addLine`, but `unknown-product` and `unavailable` */
  async changeQuantity(
    visitor: Visitor,
    conditions: Conditions,
    sku: string,
    quantity: number,
  ): Promise<BasketDto> {
    const done = await this.shortcuts.set(visitor, conditions, sku, quantity);
    if (done) return this.changes.show(done, visitor);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      if (quantity === 0 && hasLine(basket, sku)) return removeLine(manager, basket, sku);
      const product = await this.products.find(manager, sku);
      if (!product) throw new Problem('unknown-product', `No product has the sku ${JSON.stringify(sku)}.`);
      if (quantity === 0) return basket;
      if (!product.isActive) throw new Problem('unavailable', 'It can only be removed.', { skus: [sku] });
      return this.hold(manager, visitor, basket, { sku, product, quantity });
    });
  }

  async removeLine(visitor: Visitor, conditions: Conditions, sku: string): Promise<BasketDto> {
    const done = await this.shortcuts.remove(visitor, conditions, sku);
    if (done) return this.changes.show(done, visitor);
    return this.changes.run(visitor, conditions, 200, async (manager, basket) => {
      assertOpen(basket);
      return hasLine(basket, sku) ? removeLine(manager, basket, sku) : basket;
    });
  }

  async clear(visitor: Visitor, conditions: Conditions): Promise<void> {
    await this.changes.run(visitor, conditions, 204, async (manager, basket) => {
      assertOpen(basket);
      if (basket) await removeBasket(manager, basket.id);
      return null;
    });
  }

  private async hold(
    manager: EntityManager,
    visitor: Visitor,
    basket: StoredBasket | null,
    { sku, product, quantity }: WantedLine,
  ): Promise<StoredBasket> {
    const { basketMaxQuantity: maxQuantity, basketMaxLines: maxLines } = this.environment;
    assertCanHold(basket, sku, product, quantity, { maxQuantity, maxLines });
    const before = basket?.lines.find((line) => line.sku === sku);
    const unitPriceMinorWhenAdded = before?.unitPriceMinorWhenAdded ?? product.unitPriceMinor;
    const begun = basket ?? (await beginBasket(manager, visitor));
    return saveLine(manager, begun, { sku, quantity, unitPriceMinorWhenAdded, pinned: null, product });
  }
}

function hasLine(basket: StoredBasket | null, sku: string): basket is StoredBasket {
  return basket?.lines.some((line) => line.sku === sku) ?? false;
}
