import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * The stock of one product that is held for a frozen basket, until it expires.
 *
 * `products.reserved` is the sum of a product's rows, also of the expired ones that the cleanup has
 * not removed yet. Both change under the lock on the product.
 */
@Entity('stock_reservations')
@Check('stock_reservations_quantity', 'quantity > 0')
@Index('stock_reservations_sku_expires_at', ['sku', 'expiresAt'])
export class StockReservation {
  /** No foreign key: each removal of a basket would search for its reservations. */
  @PrimaryColumn('uuid', { name: 'basket_id', primaryKeyConstraintName: 'stock_reservations_pkey' })
  basketId!: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'stock_reservations_pkey' })
  @ForeignKey('Product', 'sku', { name: 'stock_reservations_sku_fkey' })
  sku!: string;

  /** The sum over all lines of the product in the basket. */
  @Column('int')
  quantity!: number;

  @Index('stock_reservations_expires_at')
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
