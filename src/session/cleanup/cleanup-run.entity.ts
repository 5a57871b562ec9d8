import { Column, Entity, Index, PrimaryGeneratedColumn, VirtualColumn } from 'typeorm';

export type CleanupTrigger = 'cron' | 'cli' | 'admin';

/** Why a run ended: nothing was left, its time was spent, it was asked to stop, or it failed. */
export type StopReason = 'drained' | 'budget' | 'interrupted' | 'failed';

/**
 * Says whether a run has not ended and gave no sign of life for five minutes.
 *
 * A run of an instance of the previous version gives none. It counts as alive for a day: nobody closes a run that is alive.
 */
export const UNSEEN = (run: string) => `
  (${run}.ended_at IS NULL AND CASE WHEN ${run}.last_seen_at IS NULL
    THEN ${run}.started_at < statement_timestamp() - interval '1 day'
    ELSE ${run}.last_seen_at < statement_timestamp() - interval '5 minutes' END)`;

/** One run of the cleanup, for operators to look back on; kept for 90 days. */
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

  /** Null while it runs. The next run closes a run that died, with its last sign of life. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** The last sign of life; null of a run of the previous version. */
  @Column('timestamptz', { name: 'last_seen_at', nullable: true })
  lastSeenAt!: Date | null;

  /** Its process ended or hangs; the next run closes it. */
  @VirtualColumn({ type: 'boolean', query: UNSEEN })
  isUnseen!: boolean;

  @Column('int', { name: 'sessions_removed', default: 0 })
  sessionsRemoved!: number;

  @Column('int', { name: 'baskets_removed', default: 0 })
  basketsRemoved!: number;

  /** Expired sessions that were still there at the end. */
  @Column('int', { name: 'sessions_left', nullable: true })
  sessionsLeft!: number | null;

  /** At the end of the run, to see how they have gone; about, when they are many. */
  @Column('int', { name: 'sessions_living', nullable: true })
  sessionsLiving!: number | null;

  @Column('int', { name: 'guest_baskets_living', nullable: true })
  guestBasketsLiving!: number | null;

  @Column('text', { name: 'stop_reason', nullable: true })
  stopReason!: StopReason | null;

  @Column('text', { nullable: true })
  error!: string | null;
}
