import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { hasExcessSessions, removeExcessSessions, type SessionLimitOfUser } from './remove-user-sessions.js';
import { SessionLifetimes } from '../session-expiry.js';

/** Bounds the size of one transaction, so its locks are short. */
const BATCH_SIZE = 5_000;

/** A login waits no longer than this. The next login removes the rest. */
const MAX_MILLISECONDS = 2_000;

/** Keeps the sessions of one user within `SESSIONS_PER_USER`. */
@Injectable()
export class SessionLimit {
  private readonly logger = new Logger(SessionLimit.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly lifetimes: SessionLifetimes,
  ) {}

  /**
   * Removes a user's sessions beyond the limit, after the commit of the login that created
   * `keptId`.
   *
   * Never throws: the login has succeeded, and the next login tries again.
   */
  async apply(userId: string, keptId: string): Promise<void> {
    const limit: SessionLimitOfUser = {
      userId,
      keptId,
      limit: this.environment.sessionsPerUser,
      unusedLifetime: Math.min(this.lifetimes.idle, this.lifetimes.absolute),
    };
    try {
      if (await hasExcessSessions(this.dataSource.manager, limit)) await this.removeExcess(limit);
    } catch (error) {
      this.logger.error(
        'The sessions of a user beyond SESSIONS_PER_USER could not be removed',
        stackOf(error),
      );
    }
  }

  private async removeExcess(limit: SessionLimitOfUser): Promise<void> {
    const deadline = performance.now() + MAX_MILLISECONDS;
    let removed: number;
    do {
      removed = await retryTransaction(this.dataSource, (manager) =>
        removeExcessSessions(manager, limit, BATCH_SIZE),
      );
    } while (removed === BATCH_SIZE && performance.now() < deadline);
  }
}
