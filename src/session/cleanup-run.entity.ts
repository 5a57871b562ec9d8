import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export type CleanupTrigger = 'cron' | 'cli' | 'admin';

/** Why a run ended: nothing was left, its time was spent, it was asked to stop, or it failed. */
export type StopReason = 'drained' | 'budget' | 'interrupted' | 'failed';

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

  /** Null while it runs, and for good when its process was killed. */
  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('int', { name: 'sessions_removed', default: 0 })
  sessionsRemoved!: number;

  @Column('int', { name: 'baskets_removed', default: 0 })
  basketsRemoved!: number;

  /** Expired sessions that were still there at the end. */
  @Column('int', { name: 'sessions_left', nullable: true })
  sessionsLeft!: number | null;

  /** At the end of the run, for a look at how they have gone; about, when they are many. */
  @Column('int', { name: 'sessions_living', nullable: true })
  sessionsLiving!: number | null;

  @Column('int', { name: 'guest_baskets_living', nullable: true })
  guestBasketsLiving!: number | null;

  @Column('text', { name: 'stop_reason', nullable: true })
  stopReason!: StopReason | null;

  @Column('text', { nullable: true })
  error!: string | null;
}
