import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The last count of orphans by the audit and by the sweep. */
@Entity('orphan_counts')
@Check('orphan_counts_counted_by', `counted_by IN ('audit', 'sweep')`)
export class OrphanCount {
  @PrimaryColumn('text', { name: 'counted_by', primaryKeyConstraintName: 'orphan_counts_pkey' })
  countedBy!: 'audit' | 'sweep';

  /** Open guest baskets that no session points at. */
  @Column('int')
  orphans!: number;

  @Column('timestamptz', { name: 'counted_at', default: () => 'now()' })
  countedAt!: Date;
}
