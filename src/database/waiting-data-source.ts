import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { OperatorError } from '../problem/operator-error.js';
import { codeOf, isDatabaseUnavailable } from '../problem/database-unavailable.js';
import { closeReadOnlyConnections, poolOf } from './connection-pool.js';

const PAUSE_MILLISECONDS = 250;

/** A wrong password, a missing database or a standby: waiting does not help. */
const REFUSED = /^(28|3D|25)/;

const logger = new Logger('Database');

/** A data source that waits for its database at the start. Both may have been started together. */
export class WaitingDataSource extends DataSource {
  constructor(
    options: DataSourceOptions,
    protected waitSeconds: number,
  ) {
    super(options);
  }

  /** @throws OperatorError if the database can't be reached in time */
  override async initialize(): Promise<this> {
    const deadline = performance.now() + this.waitSeconds * 1_000;
    for (let isFirst = true; ; isFirst = false) {
      try {
        await super.initialize();
        closeReadOnlyConnections(this);
        return this;
      } catch (error) {
        this.abandonPool();
        if (!isNotReadyYet(error)) throw error;
        const left = deadline - performance.now();
        if (left <= 0) throw unreachable(error, this.waitSeconds);
        if (isFirst)
          logger.warn(`Waiting up to ${this.waitSeconds} s for the database (${reasonOf(error)}).`);
        await sleep(Math.min(PAUSE_MILLISECONDS, left));
      }
    }
  }

  /**
   * Ends the pool of a failed attempt, which may have a connection. Each attempt creates a new
   * pool.
   */
  private abandonPool(): void {
    if (this.isInitialized) return;
    const pool = poolOf(this) as ReturnType<typeof poolOf> | undefined;
    if (pool && !pool.ending) pool.end().catch(() => undefined);
  }
}

function isNotReadyYet(error: unknown): boolean {
  return isDatabaseUnavailable(error) && !REFUSED.test(codeOf(error) ?? '');
}

function unreachable(cause: unknown, seconds: number): OperatorError {
  const waited = seconds > 0 ? ` within ${seconds} s (DATABASE_WAIT_SECONDS)` : '';
  return new OperatorError(`The database can't be reached${waited}: ${reasonOf(cause)}.`, { cause });
}

/**
 * Returns the message. If a name has several addresses, Node puts their errors into one without a
 * message.
 */
function reasonOf(error: unknown): string {
  const { message, errors } = error as AggregateError;
  return message || (errors ?? []).map((each) => (each as Error).message).join(', ') || String(error);
}
