import { Check, Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type Role = 'customer' | 'admin';

@Entity('users')
@Check('users_role', `role IN ('customer', 'admin')`)
export class User {
  @PrimaryGeneratedColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id!: string;

  /** In lower case: one address belongs to one user. */
  @Index('users_email', { unique: true })
  @Column('text')
  email!: string;

  /**
   * argon2id in its PHC string format. An imported user has the hash of the previous shop
   * (`django-password.ts`).
   */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;

  @Column('text', { default: 'customer' })
  role!: Role;

  /** A claim of each access token. Raising it revokes all earlier tokens. */
  @Column('int', { name: 'token_generation', default: 0 })
  tokenGeneration!: number;

  /**
   * Written for instances of the previous version. Read for their tokens, which have no generation.
   */
  @Column('timestamptz', { name: 'tokens_valid_after', nullable: true })
  tokensValidAfter!: Date | null;

  @CreateDateColumn({ type: 'timestamptz', name: 'created_at' })
  createdAt!: Date;
}
