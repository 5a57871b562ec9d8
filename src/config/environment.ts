import { InvalidEnvironment, VariableReader, type Variables } from './environment-variables.js';
import { processVariables } from './process-variables.js';

/** Which quantity a merge keeps: the larger one, the sum, the guest's or the user's. */
export const MERGE_STRATEGIES = ['max', 'sum', 'guest', 'user'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const HSTS = ['host', 'subdomains', 'off'] as const;
export type Hsts = (typeof HSTS)[number];

/** The settings of one process, and their injection token. */
export abstract class Environment {
  abstract readonly isProduction: boolean;
  abstract readonly host: string;
  abstract readonly port: number;
  /** The path prefix, such as `/shop/basket`, or empty. The operations port has none. */
  abstract readonly basePath: string;
  abstract readonly logLevel: LogLevel;
  abstract readonly trustProxy: number | string[] | undefined;
  /** The port of metrics and admin routes. Undefined if they are on the visitors' port. */
  abstract readonly operationsPort: number | undefined;
  /** True if only admins and API keys can read the metrics. */
  abstract readonly hasMetricsAuth: boolean;
  /** Other origins whose pages may use this API with the visitor's cookie. */
  abstract readonly allowedOrigins: string[];
  /** The hosts that `Strict-Transport-Security` covers in production. */
  abstract readonly hsts: Hsts;
  /**
   * Failed logins a minute from one address for one email. Ten times as many from one address for
   * all emails. Null means unlimited.
   */
  abstract readonly rateLimitLogin: number | null;
  /** Guest sessions a minute of one network. Null means unlimited. */
  abstract readonly rateLimitGuests: number | null;
  /** Failed logins an hour for one email from all addresses. Null means unlimited. */
  abstract readonly rateLimitAccount: number | null;
  /** Undefined means the embedded PostgreSQL. */
  abstract readonly databaseUrl: string | undefined;
  /** The same with a role that may change the schema. Undefined means `databaseUrl`. */
  abstract readonly migrationDatabaseUrl: string | undefined;
  abstract readonly databasePoolSize: number;
  /** The longest time that a start waits for a database that is not ready yet. */
  abstract readonly databaseWaitSeconds: number;
  /** True if statements have time limits, as requests need. A command has none. */
  abstract readonly hasDatabaseTimeouts: boolean;
  /** The first one signs. All are accepted. */
  abstract readonly sessionSecrets: string[];
  /** The name without the prefix `__Host-`, which production adds. */
  abstract readonly sessionCookieName: string;
  abstract readonly sessionTtlSeconds: number;
  abstract readonly sessionMaxSeconds: number;
  abstract readonly sessionTouchSeconds: number;
  /** A login removes the user's sessions beyond this number. */
  abstract readonly sessionsPerUser: number;
  /** The first one signs. All are accepted. */
  abstract readonly jwtSecrets: string[];
  abstract readonly jwtTtlSeconds: number;
  /** Null if this process does not run the cleanup on a schedule. */
  abstract readonly cleanupCron: string | null;
  abstract readonly cleanupBatchSize: number;
  abstract readonly cleanupBudgetSeconds: number;
  /** The longest time that a frozen basket outlives its session, for a payment in progress. */
  abstract readonly frozenTtlSeconds: number;
  /** The longest time that a freeze reserves stock. */
  abstract readonly reservationTtlSeconds: number;
  abstract readonly basketMergeStrategy: MergeStrategy;
  /** True if a login request may choose its own strategy. */
  abstract readonly basketMergeStrategyChoice: boolean;
  abstract readonly basketMaxQuantity: number;
  abstract readonly basketMaxLines: number;
  abstract readonly currency: string;
  /** True if this process serves the storefront and the operations page. */
  abstract readonly hasWeb: boolean;
}

/**
 * Reads all settings of a server.
 *
 * @throws InvalidEnvironment that names each missing or invalid variable
 */
export function readEnvironment(variables = processVariables()): Environment {
  return readSettings(variables, true);
}

/** Variables that no command uses. */
const FOR_SERVING = new Set([
  'HOST',
  'PORT',
  'BASE_PATH',
  'TRUST_PROXY',
  'OPERATIONS_PORT',
  'METRICS_AUTH',
  'ALLOWED_ORIGINS',
  'RATE_LIMIT_LOGIN',
  'RATE_LIMIT_ACCOUNT',
  'RATE_LIMIT_GUESTS',
  'MIGRATION_DATABASE_URL',
  'SESSION_SECRET',
  'SESSION_MAX_SECONDS',
  'SESSION_TOUCH_SECONDS',
  'SESSIONS_PER_USER',
  'SESSION_COOKIE_NAME',
  'JWT_SECRET',
  'JWT_TTL_SECONDS',
  'CLEANUP_CRON',
  'CLEANUP_BUDGET_SECONDS',
  'RESERVATION_TTL_SECONDS',
  'BASKET_MERGE_STRATEGY',
  'BASKET_MERGE_STRATEGY_CHOICE',
  'BASKET_MAX_QUANTITY',
  'BASKET_MAX_LINES',
  'WEB',
]);

/**
 * Reads the settings of a command. Variables for serving are not checked.
 *
 * @throws InvalidEnvironment
 */
export function readCommandEnvironment(variables = processVariables()): Environment {
  const used = Object.entries(variables).filter(([name]) => !FOR_SERVING.has(name));
  return readSettings(Object.fromEntries(used), false);
}

function readSettings(variables: Variables, isServing: boolean): Environment {
  const problems: string[] = [];
  const read = new VariableReader(variables, problems);
  const isProduction = variables.NODE_ENV === 'production';
  const needsSecrets = isProduction && isServing;
  const environment: Environment = {
    isProduction,
    host: read.text('HOST') ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: read.integer('PORT', 3000, 0, 65_535),
    basePath: read.basePath('BASE_PATH'),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    trustProxy: read.trustProxy('TRUST_PROXY'),
    operationsPort: read.integerOr('OPERATIONS_PORT', undefined, 1, 65_535),
    hasMetricsAuth: read.oneOf('METRICS_AUTH', ['on', 'off'], 'off') === 'on',
    allowedOrigins: read.origins('ALLOWED_ORIGINS'),
    hsts: read.oneOf('HSTS', HSTS, 'host'),
    rateLimitLogin: read.limit('RATE_LIMIT_LOGIN', 10),
    rateLimitAccount: read.limit('RATE_LIMIT_ACCOUNT', null),
    rateLimitGuests: read.limit('RATE_LIMIT_GUESTS', null),
    databaseUrl: read.databaseUrl('DATABASE_URL', isProduction),
    migrationDatabaseUrl: read.databaseUrl('MIGRATION_DATABASE_URL', false),
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, 2, 1_000),
    databaseWaitSeconds: readWait(read),
    hasDatabaseTimeouts: true,
    sessionSecrets: read.secrets('SESSION_SECRET', needsSecrets),
    sessionCookieName: read.cookieName('SESSION_COOKIE_NAME', 'sid'),
    sessionTtlSeconds: read.integer('SESSION_TTL_SECONDS', 1_209_600, 1),
    sessionMaxSeconds: read.integer('SESSION_MAX_SECONDS', 7_776_000, 1),
    sessionTouchSeconds: read.integer('SESSION_TOUCH_SECONDS', 300, 0),
    sessionsPerUser: read.integer('SESSIONS_PER_USER', 100, 1, 1_000_000),
    jwtSecrets: read.secrets('JWT_SECRET', needsSecrets),
    jwtTtlSeconds: read.integer('JWT_TTL_SECONDS', 900, 1),
    cleanupCron: read.cron('CLEANUP_CRON', '*/5 * * * *'),
    cleanupBatchSize: read.integer('CLEANUP_BATCH_SIZE', 2_000, 1, 100_000),
    cleanupBudgetSeconds: read.integer('CLEANUP_BUDGET_SECONDS', 240, 1),
    frozenTtlSeconds: read.integer('FROZEN_TTL_SECONDS', 86_400, 1),
    reservationTtlSeconds: read.integer('RESERVATION_TTL_SECONDS', 900, 1),
    basketMergeStrategy: read.oneOf('BASKET_MERGE_STRATEGY', MERGE_STRATEGIES, 'max'),
    basketMergeStrategyChoice: read.oneOf('BASKET_MERGE_STRATEGY_CHOICE', ['on', 'off'], 'off') === 'on',
    basketMaxQuantity: read.integer('BASKET_MAX_QUANTITY', 99, 1),
    basketMaxLines: read.integer('BASKET_MAX_LINES', 100, 1, 10_000),
    currency: read.currency('CURRENCY', 'EUR'),
    hasWeb: read.oneOf('WEB', ['on', 'off'], 'on') === 'on',
  };
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  return environment;
}

/** The database of the migrations. */
export interface MigrationSettings {
  /** Undefined if not set. The caller then starts the embedded PostgreSQL, or fails. */
  url: string | undefined;
  waitSeconds: number;
}

/**
 * Reads the settings of a migration, and checks no others.
 *
 * @throws InvalidEnvironment
 */
export function readMigrationSettings(variables = processVariables()): MigrationSettings {
  const problems: string[] = [];
  const read = new VariableReader(variables, problems);
  const url = read.databaseUrl('MIGRATION_DATABASE_URL', false) ?? read.databaseUrl('DATABASE_URL', false);
  const waitSeconds = readWait(read);
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  return { url, waitSeconds };
}

function readWait(read: VariableReader): number {
  return read.integer('DATABASE_WAIT_SECONDS', 30, 0, 3_600);
}
