import { Injectable, Logger } from '@nestjs/common';
import { Environment } from '../../config/environment.js';
import { CleanupRunStore } from './cleanup-run.store.js';
import { largestGap, largestGapOf } from './cron-interval.js';
import { type ExpiredSessions, SessionCounts } from './session-counts.service.js';

export interface Backlog extends ExpiredSessions {
  /** When the oldest one has been waiting for longer, the cleanup is behind. */
  limitSeconds: number;
  isBehind: boolean;
}

const GRACE_SECONDS = 3_600;
const MISSED_RUNS = 3;

/** The interval of the default schedule. */
const DEFAULT_INTERVAL_SECONDS = 300;

/** Runs that tell the interval of a schedule that this process does not know, such as a system's cron. */
const RECENT_RUNS = 4;

/** Notices that the cleanup has stopped: that expired sessions have been waiting for too long. */
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

  /** Behind by three intervals of the schedule and an hour; the log says it once when that changes. */
  async get(): Promise<Backlog> {
    const expired = await this.counts.countExpired();
    const limitSeconds = MISSED_RUNS * (await this.findIntervalSeconds()) + GRACE_SECONDS;
    const backlog = { ...expired, limitSeconds, isBehind: expired.oldestSeconds > limitSeconds };
    this.logChange(backlog);
    return backlog;
  }

  /** Seconds from run to run. */
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
