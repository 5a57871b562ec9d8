import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A product of the shop. It is never deleted, only made inactive: baskets and orders name it. */
@Entity('products')
@Index('products_name_sku', ['name', 'sku'], { where: 'is_active' })
// A trigram index. TypeORM can't describe it, so the migration creates it.
@Index('products_search', { synchronize: false })
@Check('products_unit_price_minor', 'unit_price_minor >= 0')
@Check('products_stock', 'stock >= 0')
@Check('products_min_quantity', 'min_quantity >= 1')
@Check('products_quantity_step', 'quantity_step >= 1')
@Check('products_max_quantity', 'max_quantity / quantity_step * quantity_step >= min_quantity')
@Check('products_reserved', 'reserved >= 0')
export class Product {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'products_pkey' })
  sku!: string;

  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  description!: string;

  @Column('text', { name: 'image_url', nullable: true })
  imageUrl!: string | null;

  /** In the minor unit of the shop's currency: cents for EUR. */
  @Column('int', { name: 'unit_price_minor' })
  unitPriceMinor!: number;

  /** The number of pieces that can be sold. Null means not tracked: never out of stock. */
  @Column('int', { nullable: true })
  stock!: number | null;

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean;

  /**
   * A basket may hold the multiples of `quantityStep` from `minQuantity` to `maxQuantity`, over all
   * its lines of the product.
   */
  @Column('int', { name: 'min_quantity', default: 1 })
  minQuantity!: number;

  @Column('int', { name: 'max_quantity', nullable: true })
  maxQuantity!: number | null;

  @Column('int', { name: 'quantity_step', default: 1 })
  quantityStep!: number;

  /** The sum of all rows of `stock_reservations`, also of the expired ones. */
  @Column('int', { default: 0 })
  reserved!: number;
}
