import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { CleanupRunStore } from './cleanup-run.store.js';
import { largestGap, largestGapOf } from './cron-interval.js';
import { type ExpiredSessions, SessionCounts } from './session-counts.service.js';

export interface Backlog extends ExpiredSessions {
  /** The cleanup is behind if the oldest session has waited longer than this. */
  limitSeconds: number;
  isBehind: boolean;
}

const GRACE_SECONDS = 3_600;
const MISSED_RUNS = 3;

/** The interval of the default schedule. */
const DEFAULT_INTERVAL_SECONDS = 300;

/** The recent runs that show the interval of an external schedule, such as the system's cron. */
const RECENT_RUNS = 4;

/** Detects a stopped cleanup: expired sessions have been waiting for too long. */
@Injectable()
export class CleanupBacklog {
  private readonly logger = new Logger(CleanupBacklog.name);
  private knownIntervalSeconds: number | undefined;
  private wasBehind = false;

  constructor(
    private readonly counts: SessionCounts,
    private readonly runs: CleanupRunStore,
    private readonly environment: Environment,
  ) {}

  /**
   * Reads the backlog, and logs when the cleanup falls behind or catches up.
   *
   * The limit is three intervals of the schedule plus one hour.
   */
  async get(): Promise<Backlog> {
    const expired = await this.counts.countExpired();
    const limitSeconds = MISSED_RUNS * (await this.findIntervalSeconds()) + GRACE_SECONDS;
    const backlog = { ...expired, limitSeconds, isBehind: expired.oldestSeconds > limitSeconds };
    this.logChange(backlog);
    return backlog;
  }

  /** Returns the time between two runs in seconds. */
  private async findIntervalSeconds(): Promise<number> {
    const { cleanupCron } = this.environment;
    if (cleanupCron !== null) return (this.knownIntervalSeconds ??= largestGapOf(cleanupCron));
    const runs = await this.runs.findPage(RECENT_RUNS);
    const gap = largestGap(runs.map(({ startedAt }) => startedAt.getTime()));
    return gap === null ? DEFAULT_INTERVAL_SECONDS : gap / 1_000;
  }

  private logChange({ isBehind, count, oldestSeconds }: Backlog): void {
    if (isBehind === this.wasBehind) return;
    this.wasBehind = isBehind;
    const waiting = `${count} expired sessions wait, the oldest for ${Math.round(oldestSeconds)} s`;
    if (isBehind) this.logger.warn(`The cleanup is behind: ${waiting}`);
    else this.logger.log(`The cleanup has caught up: ${waiting}`);
  }
}
