import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Brackets, type EntityManager, Repository } from 'typeorm';
import { type Page, toPage } from '../http/page/page.js';
import { Problem } from '../problem/problem.js';
import { decodeProductCursor, encodeProductCursor } from './product-cursor.js';
import { Product } from './product.entity.js';

@Injectable()
export class ProductService {
  constructor(@InjectRepository(Product) private readonly products: Repository<Product>) {}

  /** Finds a product, also one that is no longer for sale. */
  async find(manager: EntityManager, sku: string): Promise<Product | null> {
    return manager.findOneBy(Product, { sku });
  }

  /** @throws Problem `unknown-product` */
  async get(manager: EntityManager, sku: string): Promise<Product> {
    const product = await this.find(manager, sku);
    if (!product) throw unknownProduct(sku);
    return product;
  }

  /** @throws Problem `unknown-product`, also for a product that is no longer for sale */
  async getForSale(sku: string): Promise<Product> {
    const product = await this.products.findOneBy({ sku, isActive: true });
    if (!product) throw unknownProduct(sku);
    return product;
  }

  /** Creates a product, or replaces all its members. */
  async save(product: Product): Promise<Product> {
    await this.products.upsert(product, ['sku']);
    return product;
  }

  /**
   * Changes a product, also one that is no longer for sale.
   *
   * @throws Problem `unknown-product`
   */
  async change(sku: string, changes: Partial<Omit<Product, 'sku'>>): Promise<Product> {
    if (Object.keys(changes).length > 0) await this.products.update({ sku }, changes);
    return this.get(this.products.manager, sku);
  }

  /**
   * Returns a page of the products for sale, in the order of name and sku.
   *
   * A product that is added or removed between two pages does not move the others.
   */
  async findPage(limit: number, search?: string, cursor?: string): Promise<Page<Product>> {
    const query = this.products.createQueryBuilder('product').where('product.isActive');
    if (search) {
      const pattern = `%${search.replace(/[\\%_]/g, '\\$&')}%`;
      query.andWhere(new Brackets((or) => or.where('name ILIKE :pattern').orWhere('sku ILIKE :pattern')), {
        pattern,
      });
    }
    if (cursor !== undefined) query.andWhere('(name, sku) > (:name, :sku)', decodeProductCursor(cursor));
    const found = await query
      .orderBy({ 'product.name': 'ASC', 'product.sku': 'ASC' })
      .limit(limit + 1)
      .getMany();
    return toPage(found, limit, encodeProductCursor);
  }
}

function unknownProduct(sku: string): Problem {
  return new Problem('unknown-product', `No product has the sku ${JSON.stringify(sku)}.`);
}
