import { Check, Column, CreateDateColumn, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Basket } from './basket.entity.js';
import type { Attributes } from './query/line-id.js';

/**
 * One product in a basket, with its attributes. The primary key allows one line for each sku and
 * attributes, also when several requests add it at once.
 *
 * `query/line-columns.ts` describes each column.
 */
@Entity('basket_lines')
@Check('basket_lines_quantity', 'quantity > 0')
export class BasketLine {
  @PrimaryColumn('uuid', { name: 'basket_id', primaryKeyConstraintName: 'basket_lines_pkey' })
  basketId!: string;

  @ManyToOne(() => Basket, {
    onDelete: 'CASCADE',
    deferrable: 'INITIALLY DEFERRED',
  })
  @JoinColumn({ name: 'basket_id', foreignKeyConstraintName: 'basket_lines_basket_id_fkey' })
  basket!: Basket;

  /** No foreign key: a line may outlive its product, and has the notice `unavailable` then. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'basket_lines_pkey' })
  sku!: string;

  /** Identifies the attributes. See `query/line-id.ts`. Empty without attributes. */
  @PrimaryColumn('text', { default: '', primaryKeyConstraintName: 'basket_lines_pkey' })
  variant!: string;

  @Column('jsonb', { default: {} })
  attributes!: Attributes;

  @Column('int')
  quantity!: number;

  @Column('int', { name: 'unit_price_minor_when_added' })
  unitPriceMinorWhenAdded!: number;

  @CreateDateColumn({ type: 'timestamptz', name: 'added_at' })
  addedAt!: Date;

  /** The price of the frozen basket or of the order; null in an open basket. */
  @Column('int', { name: 'unit_price_minor_pinned', nullable: true })
  unitPriceMinorPinned!: number | null;

  @Column('text', { name: 'name_pinned', nullable: true })
  namePinned!: string | null;

  /**
   * Says whether the order has reduced the stock. A cancellation then returns it. Null unless the
   * basket is submitted, and in an order of an earlier version.
   */
  @Column('boolean', { name: 'is_stock_taken', nullable: true })
  isStockTaken!: boolean | null;
}
