import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm';

/**
 * open: can be changed. frozen: the shopper is paying. submitted: an order, which never changes.
 */
export const BASKET_STATUSES = ['open', 'frozen', 'submitted'] as const;
export type BasketStatus = (typeof BASKET_STATUSES)[number];

/**
 * The products that a visitor wants to buy.
 *
 * A basket without an owner is a guest's, and a session points to it. A basket with an owner is a
 * user's, and no session points to it. See docs/decisions/01-pointer.md.
 */
@Entity('baskets')
@Check('baskets_status', `status IN ('open', 'frozen', 'submitted')`)
@Index('baskets_one_open_per_owner', ['ownerId'], { unique: true, where: `status = 'open'` })
@Index('baskets_frozen_of_owner', ['ownerId', 'frozenAt'], { where: `status = 'frozen'` })
@Index('baskets_submitted_at', ['submittedAt', 'id'], { where: 'submitted_at IS NOT NULL' })
@Index('baskets_owner_id_submitted_at', ['ownerId', 'submittedAt', 'id'], {
  where: 'submitted_at IS NOT NULL',
})
@Index('baskets_currency_to_pin', ['id'], { where: `(currency IS NULL) <> (status = 'open')` })
@Index('baskets_frozen_at', ['frozenAt'], { where: 'frozen_at IS NOT NULL' })
@Index('baskets_submitted_session_id', ['submittedSessionId'], { where: 'submitted_session_id IS NOT NULL' })
export class Basket {
  /** A UUID v7, made by the application. Baskets that expire together are then stored together. */
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'baskets_pkey' })
  id!: string;

  @Column('uuid', { name: 'owner_id', nullable: true })
  @ForeignKey('User', { name: 'baskets_owner_id_fkey' })
  ownerId!: string | null;

  @Column('text', { default: 'open' })
  status!: BasketStatus;

  /** The number of changes. The first line makes it 1. */
  @Column('int', { default: 1 })
  version!: number;

  @Column('timestamptz', { name: 'frozen_at', nullable: true })
  frozenAt!: Date | null;

  @Column('timestamptz', { name: 'submitted_at', nullable: true })
  submittedAt!: Date | null;

  /** The guest session that submitted it, while that session exists. */
  @Column('text', { name: 'submitted_session_id', nullable: true })
  @ForeignKey('Session', { name: 'baskets_submitted_session_id_fkey', onDelete: 'SET NULL' })
  submittedSessionId!: string | null;

  /**
   * Pinned with the prices unless the basket is open. Also null in an old row until the job fills
   * it.
   */
  @Column('text', { nullable: true })
  currency!: string | null;

  @Column('jsonb', { name: 'last_merge', nullable: true })
  lastMerge!: unknown;

  /** The shop's own members, which this service does not read. */
  @Column('jsonb', { default: {} })
  metadata!: Record<string, unknown>;

  /** The time when an admin cancelled the order. */
  @Column('timestamptz', { name: 'cancelled_at', nullable: true })
  cancelledAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz', name: 'updated_at' })
  updatedAt!: Date;
}
