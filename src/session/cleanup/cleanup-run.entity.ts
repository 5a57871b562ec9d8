import { Column, Entity, Index, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';

export type CleanupTrigger = 'cron' | 'cli' | 'admin';

/** The reason for the end of a run: nothing left, time used up, told to stop, or an error. */
export type StopReason = 'drained' | 'budget' | 'interrupted' | 'failed';

/**
 * SQL: the run has not ended, and has given no sign of life for five minutes.
 *
 * A run of the previous version gives no signs. It counts as alive for a day, because a run that is
 * alive must not be closed.
 */
export const UNSEEN = (run: string) => `
  (${run}.ended_at IS NULL AND CASE WHEN ${run}.last_seen_at IS NULL
    THEN ${run}.started_at < statement_timestamp() - interval '1 day'
    ELSE ${run}.last_seen_at < statement_timestamp() - interval '5 minutes' END)`;

/** One run of the cleanup. The row is kept for 90 days. */
@Entity('cleanup_runs')
export class CleanupRun {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', primaryKeyConstraintName: 'cleanup_runs_pkey' })
  id!: string;

  @Column('text')
  trigger!: CleanupTrigger;

  @Column('text')
  host!: string;

  @Index('cleanup_runs_started_at')
  @Column('timestamptz', { name: 'started_at', default: () => 'now()' })
  startedAt!: Date;

  /**
   * Null while the run is active. If the run dies, the next run sets this to the last sign of life.
   */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** The last sign of life. Null for a run of the previous version. */
  @Column('timestamptz', { name: 'last_seen_at', nullable: true })
  lastSeenAt!: Date | null;

  /** True if the process of the run died or hangs. The next run then closes the row. */
  @VirtualColumn({ type: 'boolean', query: UNSEEN })
  isUnseen!: boolean;

  @Column('int', { name: 'sessions_removed', default: 0 })
  sessionsRemoved!: number;

  @Column('int', { name: 'baskets_removed', default: 0 })
  basketsRemoved!: number;

  /** Expired sessions that were left at the end of the run. */
  @Column('int', { name: 'sessions_left', nullable: true })
  sessionsLeft!: number | null;

  /** Active sessions at the end of the run. An estimate if there are many. */
  @Column('int', { name: 'sessions_living', nullable: true })
  sessionsLiving!: number | null;

  /** The sessions among them that have a guest's basket. */
  @Column('int', { name: 'guest_baskets_living', nullable: true })
  guestBasketsLiving!: number | null;

  @Column('text', { name: 'stop_reason', nullable: true })
  stopReason!: StopReason | null;

  @Column('text', { nullable: true })
  error!: string | null;
}
