import type { ISession } from 'connect-typeorm';
import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A visitor's session on the server, in the form that connect-typeorm needs.
 *
 * It points to a guest's basket or to a user, never to both. See docs/decisions/01-pointer.md. The
 * foreign keys name their tables by text, because this room must not import them.
 */
@Entity('sessions')
@Check('sessions_basket_or_user', 'basket_id IS NULL OR user_id IS NULL')
@Check('sessions_replaced_is_empty', 'replaced_at IS NULL OR (basket_id IS NULL AND user_id IS NULL)')
export class Session implements ISession {
  /** The secret in the cookie. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  /**
   * The data of express-session: only the cookie's settings. express-session overwrites it as a
   * whole, so nothing else may be stored here.
   */
  @Column('text', { default: '{}' })
  json!: string;

  /** The expiry, in milliseconds since 1970. */
  @Index('sessions_expired_at')
  @Column('bigint', { name: 'expired_at', transformer: { from: Number, to: (value: number) => value } })
  expiredAt!: number;

  /** The open basket of a guest. */
  @Index('sessions_basket_id', { unique: true })
  @Column('uuid', { name: 'basket_id', nullable: true })
  @ForeignKey('Basket', {
    name: 'sessions_basket_id_fkey',
    onDelete: 'SET NULL',
    deferrable: 'INITIALLY DEFERRED',
  })
  basketId!: string | null;

  @Index('sessions_user_id')
  @Column('uuid', { name: 'user_id', nullable: true })
  @ForeignKey('User', { name: 'sessions_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string | null;

  /** Set on a tombstone. See docs/decisions/03-tombstone.md. */
  @Column('timestamptz', { name: 'replaced_at', nullable: true })
  replacedAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
