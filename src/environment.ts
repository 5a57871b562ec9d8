import { validateCronExpression } from 'cron';
import { isIP } from 'node:net';

/** Whose quantity stays when both baskets hold a product: the larger, both together, the guest's, the user's. */
export const MERGE_STRATEGIES = ['max', 'sum', 'guest', 'user'] as const;
export type MergeStrategy = (typeof MERGE_STRATEGIES)[number];

const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The settings of one process; also the token they are injected by. */
export abstract class Environment {
  abstract readonly isProduction: boolean;
  abstract readonly host: string;
  abstract readonly port: number;
  abstract readonly logLevel: LogLevel;
  abstract readonly trustProxy: number | string[] | undefined;
  /** Undefined: the embedded PostgreSQL. */
  abstract readonly databaseUrl: string | undefined;
  abstract readonly databasePoolSize: number;
  /** Whether what is asked of the database must answer in seconds, as for a request; a command may take its time. */
  abstract readonly isDatabaseBounded: boolean;
  /** The first signs; all are accepted. */
  abstract readonly sessionSecrets: string[];
  abstract readonly sessionTtlSeconds: number;
  abstract readonly sessionMaxSeconds: number;
  abstract readonly sessionTouchSeconds: number;
  abstract readonly jwtSecret: string;
  abstract readonly jwtTtlSeconds: number;
  /** Null: this process never cleans up by itself. */
  abstract readonly cleanupCron: string | null;
  abstract readonly cleanupBatchSize: number;
  abstract readonly cleanupBudgetSeconds: number;
  /** How long a frozen basket may outlive its session, for a payment under way. */
  abstract readonly frozenTtlSeconds: number;
  abstract readonly basketMergeStrategy: MergeStrategy;
  /** Whether a login may bring its own strategy. */
  abstract readonly basketMergeStrategyChoice: boolean;
  abstract readonly basketMaxQuantity: number;
  abstract readonly basketMaxLines: number;
  abstract readonly currency: string;
}

type Variables = Record<string, string | undefined>;

const SECRET_LENGTH = 32;
const DEVELOPMENT_SECRET = 'for development only, never in production';

/** Says all that is wrong with the environment at once, a line per variable. */
export class InvalidEnvironment extends Error {
  constructor(readonly problems: string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/**
 * Reads every setting once.
 *
 * @throws InvalidEnvironment naming each variable that is missing or can't be understood.
 */
export function readEnvironment(variables: Variables = process.env): Environment {
  const problems: string[] = [];
  const read = new VariableReader(variables, problems);
  const isProduction = variables.NODE_ENV === 'production';
  const environment: Environment = {
    isProduction,
    host: read.text('HOST') ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: read.integer('PORT', 3000, 0, 65_535),
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS, 'info'),
    trustProxy: read.trustProxy('TRUST_PROXY'),
    databaseUrl: read.databaseUrl('DATABASE_URL', isProduction),
    databasePoolSize: read.integer('DATABASE_POOL_SIZE', 10, 2, 1_000),
    isDatabaseBounded: true,
    sessionSecrets: read.secrets('SESSION_SECRET', isProduction),
    sessionTtlSeconds: read.integer('SESSION_TTL_SECONDS', 1_209_600, 1),
    sessionMaxSeconds: read.integer('SESSION_MAX_SECONDS', 7_776_000, 1),
    sessionTouchSeconds: read.integer('SESSION_TOUCH_SECONDS', 300, 0),
    jwtSecret: read.secrets('JWT_SECRET', isProduction)[0] ?? '',
    jwtTtlSeconds: read.integer('JWT_TTL_SECONDS', 900, 1),
    cleanupCron: read.cron('CLEANUP_CRON', '*/5 * * * *'),
    cleanupBatchSize: read.integer('CLEANUP_BATCH_SIZE', 2_000, 1, 100_000),
    cleanupBudgetSeconds: read.integer('CLEANUP_BUDGET_SECONDS', 240, 1),
    frozenTtlSeconds: read.integer('FROZEN_TTL_SECONDS', 86_400, 1),
    basketMergeStrategy: read.oneOf('BASKET_MERGE_STRATEGY', MERGE_STRATEGIES, 'max'),
    basketMergeStrategyChoice: read.oneOf('BASKET_MERGE_STRATEGY_CHOICE', ['on', 'off'], 'off') === 'on',
    basketMaxQuantity: read.integer('BASKET_MAX_QUANTITY', 99, 1),
    basketMaxLines: read.integer('BASKET_MAX_LINES', 100, 1, 10_000),
    currency: read.currency('CURRENCY', 'EUR'),
  };
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  return environment;
}

/** The server that migrations run on; they need nothing else, so nothing else is checked. */
export function readDatabaseUrl(variables: Variables = process.env): string | undefined {
  const problems: string[] = [];
  const url = new VariableReader(variables, problems).databaseUrl('DATABASE_URL', false);
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  return url;
}

/** Reads one variable at a time and notes what is wrong with it; a variable set to nothing counts as unset. */
class VariableReader {
  constructor(
    private readonly variables: Variables,
    private readonly problems: string[],
  ) {}

  text(name: string): string | undefined {
    return this.variables[name]?.trim() || undefined;
  }

  /** The longest time a timer or an int4 column holds is the default upper bound. */
  integer(name: string, fallback: number, least: number, most = 2_147_483_647): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= least && number <= most) return number;
    return this.refuse(name, `must be a whole number from ${least} to ${most}, not "${text}"`, fallback);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const found = allowed.find((value) => value === text);
    return found ?? this.refuse(name, `must be one of ${allowed.join(', ')}, not "${text}"`, fallback);
  }

  databaseUrl(name: string, required: boolean): string | undefined {
    const text = this.text(name);
    if (text === undefined) {
      const why = 'is missing: the embedded PostgreSQL is for development and tests, never for production';
      return required ? this.refuse(name, why, undefined) : undefined;
    }
    if (URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)) return text;
    return this.refuse(name, 'must look like postgres://user:password@host:5432/database', undefined);
  }

  secrets(name: string, required: boolean): string[] {
    const secrets = (this.text(name) ?? '').split(',').flatMap((secret) => secret.trim() || []);
    if (!required) return secrets.length > 0 ? secrets : [DEVELOPMENT_SECRET];
    if (secrets.length === 0) return this.refuse(name, 'is missing', []);
    if (secrets.includes(DEVELOPMENT_SECRET)) return this.refuse(name, 'is the development secret', []);
    if (secrets.every((secret) => secret.length >= SECRET_LENGTH)) return secrets;
    return this.refuse(name, `is too short: at least ${SECRET_LENGTH} random characters each`, []);
  }

  cron(name: string, fallback: string): string | null {
    const text = this.text(name) ?? fallback;
    if (text === 'off') return null;
    if (validateCronExpression(text).valid) return text;
    return this.refuse(name, `must be a cron expression or "off", not "${text}"`, null);
  }

  currency(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (/^[A-Z]{3}$/.test(text)) return text;
    return this.refuse(name, `must be an ISO 4217 code such as EUR, not "${text}"`, fallback);
  }

  /** A number of hops, or the proxies' addresses and networks; "true" is refused, it trusts everybody. */
  trustProxy(name: string): number | string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d{1,2}$/.test(text)) return Number(text);
    const proxies = text.split(',').map((proxy) => proxy.trim());
    if (proxies.every(isProxy)) return proxies;
    return this.refuse(name, `must be a number of hops or addresses, not "${text}"`, undefined);
  }

  private refuse<T>(name: string, why: string, fallback: T): T {
    this.problems.push(`${name} ${why}`);
    return fallback;
  }
}

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  return family > 0 && rest.length === 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128));
}
