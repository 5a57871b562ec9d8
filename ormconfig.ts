import pg from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { ApiKey } from './src/auth/api-key/api-key.entity.js';
import { User } from './src/auth/user/user.entity.js';
import { BasketLine } from './src/basket/basket-line.entity.js';
import { Basket } from './src/basket/basket.entity.js';
import { IdempotencyKey } from './src/basket/change/idempotency-key.entity.js';
import { StockReservation } from './src/basket/checkout/stock-reservation.entity.js';
import { OrphanCount } from './src/basket/expiry/orphan-count.entity.js';
import { Product } from './src/catalogue/product.entity.js';
import { ListeningClient } from './src/database/listening-client.js';
import { MigrationDataSource } from './src/database/migration-data-source.js';
import { MIGRATIONS } from './src/database/migrations.js';
import { readMigrationSettings } from './src/config/environment.js';
import { CleanupRun } from './src/session/cleanup/cleanup-run.entity.js';
import { Session } from './src/session/session.entity.js';

/** A request that waits longer than these for the database fails with 503. */
const POOL_WAIT_MILLISECONDS = 5_000;
const LOCK_MILLISECONDS = 5_000;
const STATEMENT_MILLISECONDS = 10_000;
/** Longer than the time limit of a statement. */
export const SILENCE_MILLISECONDS = 15_000;

/** Connections that are opened at the start and kept. See docs/decisions/14-kept-connections.md. */
export const KEPT_CONNECTIONS = 4;

/**
 * Names the version of the serving instances. Each contracting migration raises the number, so that
 * it finds the instances that it would break. Version 1 was `basketkeeper`.
 */
export const APPLICATION_NAME = 'basketkeeper-2';

const TIMEOUTS = {
  lock_timeout: LOCK_MILLISECONDS,
  statement_timeout: STATEMENT_MILLISECONDS,
  idle_in_transaction_session_timeout: STATEMENT_MILLISECONDS,
  min: KEPT_CONNECTIONS,
  // A firewall may drop a connection that is silent for long.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
};

/** Limits the time of an attempt to connect, also to a host that does not answer. */
const CONNECTING = { Client: ListeningClient, connectionTimeoutMillis: POOL_WAIT_MILLISECONDS };

const schema = {
  type: 'postgres' as const,
  driver: pg,
  entities: [
    User,
    ApiKey,
    Product,
    Session,
    Basket,
    BasketLine,
    IdempotencyKey,
    StockReservation,
    OrphanCount,
    CleanupRun,
  ],
  migrations: MIGRATIONS,
  migrationsTransactionMode: 'each' as const,
  uuidExtension: 'pgcrypto' as const,
  installExtensions: false,
} satisfies DataSourceOptions;

/** Returns the application's options: with time limits for requests, without them for commands. */
export function dataSourceOptions(url: string, poolSize: number, hasTimeouts: boolean): DataSourceOptions {
  const extra = { ...CONNECTING, ...(hasTimeouts && TIMEOUTS) };
  return { ...schema, url, poolSize, applicationName: APPLICATION_NAME, extra };
}

/**
 * Returns the options of migrations: one connection without time limits, because a large table
 * takes time.
 */
export function migrationOptions(url?: string): DataSourceOptions {
  return {
    ...schema,
    url,
    poolSize: 1,
    applicationName: 'basketkeeper-migrations',
    // Nothing is logged here: an error has the migration's name.
    logging: false,
    extra: CONNECTING,
  };
}

/**
 * The data source for TypeORM's own command line: `npm run db:migrate`, `db:revert`, `db:generate`.
 */
export default new MigrationDataSource(migrationOptions(), () => readMigrationSettings());
