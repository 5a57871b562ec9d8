import { Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type DataSourceOptions,
  type Migration,
  MigrationExecutor,
  type MigrationInterface,
  type QueryRunner,
} from 'typeorm';
import type { MigrationSettings } from '../config/environment.js';
import { messageOf } from '../problem/error-text.js';
import { OperatorError } from '../problem/operator-error.js';
import { codeOf } from '../problem/database-unavailable.js';
import { isContracting, mustWait } from './contracting-migration.js';
import { withMigrationLock } from './migration-lock.js';
import { renameSampleSessions } from './migrations/1795651200000-SampleSessions.js';
import { isConflict } from './retry-transaction.js';
import { WaitingDataSource } from './waiting-data-source.js';

/**
 * The longest wait of a migration for its lock.
 *
 * All later statements on the table wait behind it, even reads. So it waits less than a request
 * does (5 s), gives up, lets the others pass, and tries again.
 */
const LOCK_MILLISECONDS = 2_000;
const PAUSE_MILLISECONDS = 1_000;
const TRIES = 20;

const LOCK_NOT_AVAILABLE = '55P03';

const logger = new Logger('Migrations');

/**
 * Migrates the database, at `npm start` and by TypeORM's own command line (`ormconfig.ts`).
 *
 * Only one process migrates a database at a time. Each migration is a transaction, unless its class
 * has `transaction = false`.
 */
export class MigrationDataSource extends WaitingDataSource {
  /**
   * @param readSettings called on connecting, so wrong settings do not break an import of this
   * module
   */
  constructor(
    options: DataSourceOptions,
    private readonly readSettings: () => MigrationSettings,
  ) {
    super(options, 0);
  }

  override async initialize(): Promise<this> {
    const { url, waitSeconds } = this.readSettings();
    if (url === undefined)
      throw new OperatorError('DATABASE_URL is missing. It names the database to migrate.');
    this.setOptions({ url });
    this.waitSeconds = waitSeconds;
    return super.initialize();
  }

  override async runMigrations(options: { fake?: boolean } = {}): Promise<Migration[]> {
    return this.withLockedRunner(async (queryRunner, assertHeld) => {
      await renameSampleSessions(queryRunner);
      const executor = executorOf(this, queryRunner, options);
      if (options.fake) return executor.executePendingMigrations();
      const pending = await executor.getPendingMigrations();
      if (pending.length === 0) this.logger.logSchemaBuild('No migrations are pending');
      const done: Migration[] = [];
      for (const migration of pending) {
        await assertHeld();
        const instance = migration.instance as MigrationInterface;
        if (isContracting(instance) && (await mustWait(queryRunner, instance))) {
          logger.warn(`${migration.name} waits until the instances of the earlier version have stopped.`);
          break;
        }
        const execute = () => executor.executeMigration(migration);
        const isTransaction = instance.transaction ?? true;
        await retry(migration.name, isTransaction ? () => inTransaction(queryRunner, execute) : execute);
        this.logger.logSchemaBuild(`Migration ${migration.name} has been executed successfully.`);
        done.push(migration);
      }
      return done;
    });
  }

  override async undoLastMigration(options: { fake?: boolean } = {}): Promise<void> {
    await this.withLockedRunner(async (queryRunner) => {
      await renameSampleSessions(queryRunner);
      const executor = executorOf(this, queryRunner, options);
      await retry('the last migration', () => inTransaction(queryRunner, () => executor.undoLastMigration()));
    });
  }

  private async withLockedRunner<T>(
    work: (queryRunner: QueryRunner, assertHeld: () => Promise<void>) => Promise<T>,
  ): Promise<T> {
    const { url = '' } = this.readSettings();
    return withMigrationLock(url, async (assertHeld) => {
      const queryRunner = this.createQueryRunner();
      try {
        return await work(queryRunner, assertHeld);
      } finally {
        await queryRunner.release();
      }
    });
  }
}

/** @param fake `--fake` of TypeORM's command line: changes only the table `migrations` */
function executorOf(
  dataSource: MigrationDataSource,
  queryRunner: QueryRunner,
  { fake = false }: { fake?: boolean },
): MigrationExecutor {
  return Object.assign(new MigrationExecutor(dataSource, queryRunner), {
    fake,
    transaction: 'none' as const,
  });
}

async function inTransaction(queryRunner: QueryRunner, work: () => Promise<unknown>): Promise<void> {
  await queryRunner.startTransaction();
  try {
    await queryRunner.query(`SET LOCAL lock_timeout = ${LOCK_MILLISECONDS}`);
    await work();
    await queryRunner.commitTransaction();
  } catch (error) {
    await queryRunner.rollbackTransaction().catch(() => undefined);
    throw error;
  }
}

async function retry(name: string, migrate: () => Promise<unknown>): Promise<void> {
  for (let tried = 1; ; tried++) {
    try {
      return void (await migrate());
    } catch (error) {
      if (codeOf(error) !== LOCK_NOT_AVAILABLE && !isConflict(error)) throw failed(name, error);
      if (tried === TRIES) throw lockNotAcquired(name, error);
      logger.warn(
        `${name}: other transactions use its tables. Try ${tried} of ${TRIES} failed. Trying again.`,
      );
      await sleep(PAUSE_MILLISECONDS);
    }
  }
}

function failed(name: string, cause: unknown): Error {
  return new Error(`${name} failed: ${messageOf(cause)}`, { cause });
}

function lockNotAcquired(name: string, cause: unknown): OperatorError {
  const advice = 'Find the long transaction in pg_stat_activity, and migrate again when it has ended.';
  return new OperatorError(`${name} did not get its lock in ${TRIES} tries. ${advice}`, { cause });
}
