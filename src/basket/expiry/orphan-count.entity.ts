import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The latest number of orphans that the audit or the sweep has counted. */
@Entity('orphan_counts')
@Check('orphan_counts_counted_by', `counted_by IN ('audit', 'sweep')`)
export class OrphanCount {
  @PrimaryColumn('text', { name: 'counted_by', primaryKeyConstraintName: 'orphan_counts_pkey' })
  countedBy!: 'audit' | 'sweep';

  /** The number of open guest baskets to which no session points. */
  @Column('int')
  orphans!: number;

  @Column('timestamptz', { name: 'counted_at', default: () => 'now()' })
  countedAt!: Date;
}
