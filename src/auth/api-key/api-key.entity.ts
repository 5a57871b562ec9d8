import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ApiKeyScope } from './api-key-scopes.js';

/** A key for programs of the shop, such as its back end. It belongs to no user. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'api_keys_pkey' })
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { array: true })
  scopes!: ApiKeyScope[];

  /** SHA-256. A slow hash is for passwords: nobody can guess the random bytes of a key. */
  @Index('api_keys_key_hash', { unique: true })
  @Column('bytea', { name: 'key_hash', select: false })
  keyHash!: Buffer;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;

  /** Up to a minute earlier than the last use. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
