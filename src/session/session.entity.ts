import type { ISession } from 'connect-typeorm';
import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A visitor's server-side session, a row as connect-typeorm's store wants it.
 *
 * It points to the guest's basket or to the user who logged in, never to both. The tables pointed to are named by
 * name: this module knows neither of them.
 */
@Entity('sessions')
@Check('sessions_basket_or_user', 'basket_id IS NULL OR user_id IS NULL')
@Check('sessions_replaced_is_empty', 'replaced_at IS NULL OR (basket_id IS NULL AND user_id IS NULL)')
export class Session implements ISession {
  /** The secret of the cookie. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'sessions_pkey' })
  id!: string;

  /** What express-session keeps: the cookie's settings and nothing of ours, for it is written back whole. */
  @Column('text', { default: '{}' })
  json!: string;

  /** The end of the idle lifetime, milliseconds since 1970. */
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

  /** Set on the tombstone that a login leaves for requests that still carry the old cookie. */
  @Column('timestamptz', { name: 'replaced_at', nullable: true })
  replacedAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
