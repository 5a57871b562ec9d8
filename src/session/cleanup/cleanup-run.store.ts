import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { hostname } from 'node:os';
import { LessThan, type QueryDeepPartialEntity, Repository } from 'typeorm';
import { CleanupRun, type CleanupTrigger, UNSEEN } from './cleanup-run.entity.js';
import type { RecordBatch } from './remove-batch.js';
import type { CleanupReport } from './session-cleanup.service.js';
import { SessionCounts } from './session-counts.service.js';

/** Nobody waits longer for the exact number of sessions that are left. */
const EXACT_MILLISECONDS = 5_000;

/** The table of the cleanup's runs. All times in it are the database's. */
@Injectable()
export class CleanupRunStore {
  private readonly logger = new Logger(CleanupRunStore.name);
  /** The time between two signs of life of a run. */
  private readonly heartbeatMilliseconds = 30_000;

  constructor(
    @InjectRepository(CleanupRun) private readonly runs: Repository<CleanupRun>,
    private readonly counts: SessionCounts,
  ) {}

  /** Adds the row of a run that starts, and closes the rows of those that died. */
  async create(trigger: CleanupTrigger): Promise<CleanupRun> {
    await this.runs.query(CLOSE_UNSEEN);
    const { identifiers } = await this.runs.insert({
      trigger,
      host: hostname(),
      lastSeenAt: () => 'now()',
    });
    const [row] = identifiers as [Pick<CleanupRun, 'id'>];
    return this.runs.findOneByOrFail(row);
  }

  /** With each batch, in its transaction: the row is right also for a run that is killed. */
  recordBatch(id: string): RecordBatch {
    return (manager, { sessions, baskets }) => manager.query(RECORD_BATCH, [id, sessions, baskets]);
  }

  /**
   * Writes `last_seen_at` every 30 seconds while the work goes on, over a connection of its own.
   *
   * A process that hangs or was killed writes no more. One that was only suspended opens its row again.
   */
  async withHeartbeat<T>(id: string, work: () => Promise<T>): Promise<T> {
    let writing = null as Promise<unknown> | null;
    const write = () => {
      writing ??= this.runs
        .query(WRITE_LAST_SEEN, [id])
        .catch((error: unknown) => this.logger.warn(`The cleanup's sign of life failed: ${String(error)}`))
        .finally(() => (writing = null));
    };
    const timer = setInterval(write, this.heartbeatMilliseconds);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      // Otherwise it could open the row again after its end.
      await writing;
    }
  }

  async complete(id: string, { sessions, baskets, stopReason }: CleanupReport): Promise<void> {
    const active = await this.counts.countActive();
    await this.end(id, {
      sessionsRemoved: sessions,
      basketsRemoved: baskets,
      sessionsLeft: await this.counts.countExpiredExactly(EXACT_MILLISECONDS),
      sessionsLiving: active.count,
      guestBasketsLiving: active.guestBaskets,
      stopReason,
      error: null,
    });
    await this.runs.query(REMOVE_OLD);
  }

  /** The failure that matters is the run's own. A row that can't be written is closed by a later run. */
  async fail(id: string, error: unknown): Promise<void> {
    await this.end(id, { stopReason: 'failed', error: String(error) }).catch((updateError: unknown) =>
      this.logger.warn(String(updateError)),
    );
  }

  /** The newest first; older than a run, when its id is given. */
  async findPage(limit: number, beforeId?: string): Promise<CleanupRun[]> {
    const where = beforeId === undefined ? {} : { id: LessThan(beforeId) };
    return this.runs.find({ where, order: { id: 'DESC' }, take: limit });
  }

  async findLastDrained(): Promise<CleanupRun | null> {
    return this.runs.findOne({ where: { stopReason: 'drained' }, order: { startedAt: 'DESC' } });
  }

  private async end(id: string, end: QueryDeepPartialEntity<CleanupRun>): Promise<void> {
    await this.runs.update(id, { ...end, endedAt: () => 'now()' });
  }
}

const RECORD_BATCH = `
  UPDATE cleanup_runs
  SET sessions_removed = sessions_removed + $2, baskets_removed = baskets_removed + $3
  WHERE id = $1`;

const WRITE_LAST_SEEN = `
  UPDATE cleanup_runs SET last_seen_at = now(), ended_at = NULL, stop_reason = NULL, error = NULL
  WHERE id = $1`;

/** Skips a locked row: its run is alive, or another run closes it. */
const CLOSE_UNSEEN = `
  UPDATE cleanup_runs
  SET ended_at = coalesce(last_seen_at, started_at), stop_reason = 'failed',
    error = 'The process ended or hung: the run gave no sign of life after ended_at.'
  WHERE id IN (SELECT id FROM cleanup_runs r WHERE ${UNSEEN('r')} FOR UPDATE SKIP LOCKED)`;

const REMOVE_OLD = `DELETE FROM cleanup_runs WHERE started_at < now() - interval '90 days'`;
