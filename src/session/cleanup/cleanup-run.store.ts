import { Injectable, Logger } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { hostname } from 'node:os';
import { LessThan, type QueryDeepPartialEntity, Repository } from 'typeorm';
import { CleanupRun, type CleanupTrigger, UNSEEN } from './cleanup-run.entity.js';
import type { RecordBatch } from './remove-batch.js';
import type { CleanupReport } from './session-cleanup.service.js';
import { SessionCounts } from './session-counts.service.js';

/** After this time an estimate replaces the exact count of the remaining sessions. */
const EXACT_MILLISECONDS = 5_000;

/** Reads and writes the table of the runs. All its times come from the database's clock. */
@Injectable()
export class CleanupRunStore {
  private readonly logger = new Logger(CleanupRunStore.name);
  /** The interval between two signs of life. */
  private readonly heartbeatMilliseconds = 30_000;

  constructor(
    @InjectRepository(CleanupRun) private readonly runs: Repository<CleanupRun>,
    private readonly counts: SessionCounts,
  ) {}

  /** Inserts the row of a new run, and closes the rows of dead runs. */
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

  /**
   * Returns the function that counts a batch in the batch's own transaction.
   *
   * The row is then correct even if the process is killed.
   */
  recordBatch(id: string): RecordBatch {
    return (manager, { sessions, baskets }) => manager.query(RECORD_BATCH, [id, sessions, baskets]);
  }

  /**
   * Writes `last_seen_at` every 30 seconds during the work, over another connection.
   *
   * A run without this sign counts as dead, and the next run closes its row. If the process was
   * only suspended, its next sign opens the row again.
   */
  async withHeartbeat<T>(id: string, work: () => Promise<T>): Promise<T> {
    let writing = null as Promise<unknown> | null;
    const write = () => {
      writing ??= this.runs
        .query(WRITE_LAST_SEEN, [id])
        .catch((error: unknown) =>
          this.logger.warn(`The last_seen_at of the cleanup run was not written: ${String(error)}`),
        )
        .finally(() => (writing = null));
    };
    const timer = setInterval(write, this.heartbeatMilliseconds);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      // A late write would open the closed row again.
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

  /**
   * Never throws: the caller reports the run's own error. If the row can't be written, a later run
   * closes it.
   */
  async fail(id: string, error: unknown): Promise<void> {
    await this.end(id, { stopReason: 'failed', error: String(error) }).catch((updateError: unknown) =>
      this.logger.warn(String(updateError)),
    );
  }

  /** Returns runs, the newest first. With `beforeId`, only runs older than that one. */
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

/** Skips a locked row: its run is writing a sign of life, or another run is closing it. */
export const CLOSE_UNSEEN = `
  UPDATE cleanup_runs
  SET ended_at = coalesce(last_seen_at, started_at), stop_reason = 'failed',
    error = 'The process ended or hung: the run gave no sign of life after ended_at.'
  WHERE id IN (SELECT id FROM cleanup_runs r WHERE ${UNSEEN('r')} FOR UPDATE SKIP LOCKED)`;

const REMOVE_OLD = `DELETE FROM cleanup_runs WHERE started_at < now() - interval '90 days'`;
