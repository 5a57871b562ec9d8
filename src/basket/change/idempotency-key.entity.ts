import { Check, Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A successful request with an `Idempotency-Key`. See `idempotency.ts`. */
@Entity('idempotency_keys')
@Check('idempotency_keys_session_or_user', 'num_nonnulls(session_id, user_id) = 1')
@Index('idempotency_keys_session_id_key', ['sessionId', 'key'], {
  unique: true,
  where: 'session_id IS NOT NULL',
})
@Index('idempotency_keys_user_id_key', ['userId', 'key'], { unique: true, where: 'user_id IS NOT NULL' })
export class IdempotencyKey {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'idempotency_keys_pkey' })
  id!: string;

  @Column('text', { name: 'session_id', nullable: true })
  @ForeignKey('Session', { name: 'idempotency_keys_session_id_fkey', onDelete: 'CASCADE' })
  sessionId!: string | null;

  @Column('uuid', { name: 'user_id', nullable: true })
  @ForeignKey('User', { name: 'idempotency_keys_user_id_fkey', onDelete: 'CASCADE' })
  userId!: string | null;

  @Column('text')
  key!: string;

  /** SHA-256 of method, path and body. */
  @Column('text', { name: 'request_hash' })
  requestHash!: string;

  @Column('int')
  status!: number;

  /** Not a foreign key: a key may outlive its basket, and each removal would search for keys. */
  @Column('uuid', { name: 'basket_id', nullable: true })
  basketId!: string | null;

  /** The results of a request with several changes; null for any other request. */
  @Column('jsonb', { nullable: true })
  results!: unknown;

  @Index('idempotency_keys_created_at')
  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
