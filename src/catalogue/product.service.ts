import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Any, Brackets, type EntityManager, Repository, type SelectQueryBuilder } from 'typeorm';
import { type Page, toPage } from '../http/page/page.js';
import { Problem } from '../problem/problem.js';
import { type AvailableProduct, findAvailable, selectProducts } from './available-product.js';
import {
  assertChangeable,
  assertOneStock,
  assertPossibleRule,
  type ProductChanges,
} from './product-changes.js';
import { decodeProductCursor, encodeProductCursor } from './product-cursor.js';
import { Product } from './product.entity.js';

@Injectable()
export class ProductService {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  /** Finds a product, also one that is no longer for sale. */
  async find(manager: EntityManager, sku: string): Promise<Product | null> {
    return manager.findOneBy(Product, { sku });
  }

  /** Finds products in one statement, also those that are no longer for sale. */
  async findAll(manager: EntityManager, skus: string[]): Promise<Product[]> {
    return manager.findBy(Product, { sku: Any(skus) });
  }

  /** @throws Problem `unknown-product` */
  async get(manager: EntityManager, sku: string): Promise<Product> {
    const product = await this.find(manager, sku);
    if (!product) throw unknownProduct(sku);
    return product;
  }

  /** @throws Problem `unknown-product`, also for a product that is no longer for sale */
  async getForSale(sku: string): Promise<AvailableProduct> {
    const [product] = await findAvailable(this.select().where({ sku, isActive: true }));
    if (!product) throw unknownProduct(sku);
    return product;
  }

  /**
   * Creates a product, or replaces all its members. Its reservations stay.
   *
   * @throws Problem `invalid-input` for a rule that allows no quantity
   */
  async save(product: Omit<Product, 'reserved'>): Promise<AvailableProduct> {
    assertPossibleRule(product);
    return this.products.manager.transaction(async (manager) => {
      await manager.upsert(Product, product, ['sku']);
      return getAvailable(manager, product.sku);
    });
  }

  /**
   * Changes a product, also one that is no longer for sale.
   *
   * The product is locked first, so the checks see the values that the change replaces.
   *
   * @throws Problem `unknown-product`, `invalid-input` or `insufficient-stock`
   */
  async change(sku: string, changes: ProductChanges): Promise<AvailableProduct> {
    assertOneStock(changes);
    return this.products.manager.transaction(async (manager) => {
      const lock = { mode: 'for_no_key_update' } as const;
      const product = await manager.findOne(Product, { where: { sku }, lock });
      if (!product) throw unknownProduct(sku);
      assertChangeable(product, changes);
      await update(manager, sku, changes);
      return getAvailable(manager, sku);
    });
  }

  /**
   * Returns a page of the products for sale, in the order of name and sku.
   *
   * A product that is added or removed between two pages does not move the others.
   */
  async findPage(limit: number, search?: string, cursor?: string): Promise<Page<AvailableProduct>> {
    const query = this.select().where('product.isActive');
    if (search) {
      const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
      query.andWhere(new Brackets((or) => or.where('name ILIKE :pattern').orWhere('sku ILIKE :pattern')), {
        pattern,
      });
    }
    if (cursor !== undefined) query.andWhere('(name, sku) > (:name, :sku)', decodeProductCursor(cursor));
    query.orderBy({ 'product.name': 'ASC', 'product.sku': 'ASC' }).limit(limit + 1);
    return toPage(await findAvailable(query), limit, encodeProductCursor);
  }

  private select(): SelectQueryBuilder<Product> {
    return selectProducts(this.products.manager);
  }
}

async function update(
  manager: EntityManager,
  sku: string,
  { stockChange, ...members }: ProductChanges,
): Promise<void> {
  const stock = stockChange === undefined ? {} : { stock: () => 'stock + :stockChange' };
  const values = { ...members, ...stock };
  if (Object.keys(values).length === 0) return;
  const query = manager.createQueryBuilder().update(Product).set(values).where({ sku });
  await query.setParameters({ stockChange }).execute();
}

async function getAvailable(manager: EntityManager, sku: string): Promise<AvailableProduct> {
  const [product] = await findAvailable(selectProducts(manager).where({ sku }));
  if (!product) throw unknownProduct(sku);
  return product;
}

function unknownProduct(sku: string): Problem {
  return new Problem('unknown-product', `No product has the sku ${JSON.stringify(sku)}.`);
}
