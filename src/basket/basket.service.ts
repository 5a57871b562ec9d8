import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Visitor } from '../auth/visitor.js';
import { ProductService } from '../catalogue/product.service.js';
import { Environment } from '../environment.js';
import { Problem } from '../problem/problem.js';
import type { BasketDto } from './basket.dto.js';
import { beginBasket, lockPlace } from './basket-place.js';
import { removeBasket, removeLine, saveLine } from './basket-writes.js';
import { assertCanHold, assertOpen, type BasketLimits } from './line-rules.js';
import { findBasket, type LineProduct, type StoredBasket } from './stored-basket.js';
import { toBasketDto } from './to-basket-dto.js';

/** A change of a locked basket, null being none; answers the basket as it is then. */
type Change = (manager: EntityManager, basket: StoredBasket | null) => Promise<StoredBasket | null>;

@Injectable()
export class BasketService {
  private readonly limits: BasketLimits;

  constructor(
    private readonly dataSource: DataSource,
    private readonly products: ProductService,
    private readonly environment: Environment,
  ) {
    this.limits = { maxQuantity: environment.basketMaxQuantity, maxLines: environment.basketMaxLines };
  }

  /** Reads only: a visitor without a basket gets an empty one that is nowhere stored. */
  async read(visitor: Visitor): Promise<BasketDto> {
    const { manager } = this.dataSource;
    if (visitor.kind === 'user') {
      return this.toDto(await findBasket(manager, { ownerId: visitor.userId }), visitor);
    }
    const basketId = visitor.session.living?.basketId;
    return this.toDto(basketId ? await findBasket(manager, { basketId }) : null, visitor);
  }

  /** @throws Problem `unknown-sku`, `quantity-limit`, `insufficient-stock`, `basket-frozen` or `session-replaced` */
  async addLine(visitor: Visitor, sku: string, quantity: number): Promise<BasketDto> {
    return this.change(visitor, async (manager, basket) => {
      const product = await this.products.find(manager, sku);
      if (!product?.isActive) {
        throw new Problem('unknown-sku', `No product for sale has the sku ${JSON.stringify(sku)}.`);
      }
      const before = basket?.lines.find((line) => line.sku === sku)?.quantity ?? 0;
      return this.hold(manager, visitor, basket, { sku, product, quantity: before + quantity });
    });
  }

  /** Sets a line's quantity, 0 removes it. @throws Problem as `addLine`, but `unknown-product` and `unavailable` */
  async changeQuantity(visitor: Visitor, sku: string, quantity: number): Promise<BasketDto> {
    return this.change(visitor, async (manager, basket) => {
      if (quantity === 0 && hasLine(basket, sku)) return removeLine(manager, basket, sku);
      const product = await this.products.find(manager, sku);
      if (!product) throw new Problem('unknown-product', `No product has the sku ${JSON.stringify(sku)}.`);
      if (quantity === 0) return basket;
      if (!product.isActive) throw new Problem('unavailable', 'It can only be removed.', { skus: [sku] });
      return this.hold(manager, visitor, basket, { sku, product, quantity });
    });
  }

  async removeLine(visitor: Visitor, sku: string): Promise<BasketDto> {
    return this.change(visitor, async (manager, basket) =>
      hasLine(basket, sku) ? removeLine(manager, basket, sku) : basket,
    );
  }

  async clear(visitor: Visitor): Promise<void> {
    await this.change(visitor, async (manager, basket) => {
      if (basket) await removeBasket(manager, basket.id);
      return null;
    });
  }

  /** Runs a change on the visitor's open basket, in one transaction under the visitor's lock. */
  private async change(visitor: Visitor, change: Change): Promise<BasketDto> {
    const work = async (manager: EntityManager) => {
      const place = await lockPlace(manager, visitor);
      const basket = place && (await findBasket(manager, place, 'FOR UPDATE OF b'));
      assertOpen(basket);
      return change(manager, basket);
    };
    const isGuest = visitor.kind === 'guest';
    const changed = await (isGuest
      ? visitor.session.inTransaction(this.dataSource, work)
      : this.dataSource.transaction(work));
    return this.toDto(changed, visitor);
  }

  private async hold(
    manager: EntityManager,
    visitor: Visitor,
    basket: StoredBasket | null,
    { sku, product, quantity }: { sku: string; product: LineProduct; quantity: number },
  ): Promise<StoredBasket> {
    assertCanHold(basket, sku, product, quantity, this.limits);
    const before = basket?.lines.find((line) => line.sku === sku);
    const unitPriceMinorWhenAdded = before?.unitPriceMinorWhenAdded ?? product.unitPriceMinor;
    const begun = basket ?? (await beginBasket(manager, visitor));
    return saveLine(manager, begun, { sku, quantity, unitPriceMinorWhenAdded, product });
  }

  private toDto(basket: StoredBasket | null, visitor: Visitor): BasketDto {
    const expiresAt = visitor.kind === 'guest' ? (visitor.session.living?.expiredAt ?? null) : null;
    return toBasketDto(basket, { owner: visitor.kind, currency: this.environment.currency, expiresAt });
  }
}

function hasLine(basket: StoredBasket | null, sku: string): basket is StoredBasket {
  return basket?.lines.some((line) => line.sku === sku) ?? false;
}
