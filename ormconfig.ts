import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { User } from './src/auth/user/user.entity.js';
import { BasketLine } from './src/basket/basket-line.entity.js';
import { Basket } from './src/basket/basket.entity.js';
import { IdempotencyKey } from './src/basket/change/idempotency-key.entity.js';
import { OrphanCount } from './src/basket/expiry/orphan-count.entity.js';
import { Product } from './src/catalogue/product.entity.js';
import { ListeningClient } from './src/database/listening-client.js';
import { MigrationDataSource } from './src/database/migration-data-source.js';
import { MIGRATIONS } from './src/database/migrations.js';
import { readMigrationSettings } from './src/config/environment.js';
import { CleanupRun } from './src/session/cleanup/cleanup-run.entity.js';
import { Session } from './src/session/session.entity.js';

/** A request waits no longer than these for the database: then it is a 503. */
const POOL_WAIT_MILLISECONDS = 5_000;
const LOCK_MILLISECONDS = 5_000;
const STATEMENT_MILLISECONDS = 10_000;
/** More than a statement may take. */
export const SILENCE_MILLISECONDS = 15_000;

/** Opened at the start and kept: a batch of the cleanup and a slow statement or two still leave a visitor one. */
export const KEPT_CONNECTIONS = 4;

const TIMEOUTS = {
  lock_timeout: LOCK_MILLISECONDS,
  statement_timeout: STATEMENT_MILLISECONDS,
  idle_in_transaction_session_timeout: STATEMENT_MILLISECONDS,
  min: KEPT_CONNECTIONS,
  // Or a firewall forgets what is silent for long.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/** Bounds an attempt to connect, also to a host that does not answer. */
const CONNECTING = { Client: ListeningClient, connectionTimeoutMillis: POOL_WAIT_MILLISECONDS };

const schema = {
  type: 'postgres' as const,
  driver: pg,
  entities: [User, Product, Session, Basket, BasketLine, IdempotencyKey, OrphanCount, CleanupRun],
  migrations: MIGRATIONS,
  migrationsTransactionMode: 'each' as const,
  uuidExtension: 'pgcrypto' as const,
  installExtensions: false,
} satisfies DataSourceOptions;

/** What the application connects with: bounded for requests, unbounded for commands. */
export function dataSourceOptions(url: string, poolSize: number, hasTimeouts: boolean): DataSourceOptions {
  const extra = { ...CONNECTING, ...(hasTimeouts && TIMEOUTS) };
  return { ...schema, url, poolSize, applicationName: 'basketkeeper', extra };
}

/** What migrations connect with: one connection, and no time limits, for a change of a large table takes its time. */
export function migrationOptions(url?: string): DataSourceOptions {
  return {
    ...schema,
    url,
    poolSize: 1,
    applicationName: 'basketkeeper-migrations',
    // A failure is thrown with the migration's name.
    logging: false,
    extra: CONNECTING,
  };
}

/** For TypeORM's own command line: `npm run db:migrate`, `db:revert`, `db:generate`. */
export default new MigrationDataSource(migrationOptions(), () => readMigrationSettings());
