import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Something the shop sells. A product that is sold no more stays, inactive: baskets and orders name it. */
@Entity('products')
@Index('products_name_sku', ['name', 'sku'], { where: 'is_active' })
// Of trigrams, which TypeORM can't say; the migration makes it.
@Index('products_search', { synchronize: false })
@Check('products_unit_price_minor', 'unit_price_minor >= 0')
@Check('products_stock', 'stock >= 0')
export class Product {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'products_pkey' })
  sku!: string;

  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  description!: string;

  @Column('text', { name: 'image_url', nullable: true })
  imageUrl!: string | null;

  /** In the minor unit of the shop's one currency: cents for EUR. */
  @Column('int', { name: 'unit_price_minor' })
  unitPriceMinor!: number;

  /** Pieces that can be sold; null: not tracked, never out of stock. */
  @Column('int', { nullable: true })
  stock!: number | null;

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean;
}
