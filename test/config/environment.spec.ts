import { describe, expect, it } from '@jest/globals';
import { InvalidEnvironment } from '../../src/config/environment-variables.js';
import {
  readCommandEnvironment,
  readEnvironment,
  readMigrationSettings,
} from '../../src/config/environment.js';

const SECRET = 'a secret of more than 32 characters';
const PRODUCTION = {
  NODE_ENV: 'production',
  DATABASE_URL: 'postgres://app:x@db:5432/shop',
  SESSION_SECRET: SECRET,
  JWT_SECRET: SECRET,
};

function problemsOf(variables: Record<string, string>): string[] {
  try {
    readEnvironment(variables);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
}

describe('the environment', () => {
  it('has a default for everything in development', () => {
    expect(readEnvironment({})).toMatchObject({
      isProduction: false,
      host: '127.0.0.1',
      port: 3000,
      basePath: '',
      sessionCookieName: 'sid',
      databaseUrl: undefined,
      databaseWaitSeconds: 30,
      sessionTtlSeconds: 1_209_600,
      sessionMaxSeconds: 7_776_000,
      sessionTouchSeconds: 300,
      jwtTtlSeconds: 900,
      cleanupCron: '*/5 * * * *',
      cleanupBatchSize: 2_000,
      cleanupBudgetSeconds: 240,
      basketMergeStrategy: 'max',
      basketMaxQuantity: 99,
      basketMaxLines: 100,
      currency: 'EUR',
      rateLimitLogin: 10,
      rateLimitGuests: null,
      hasWeb: true,
      hasMetricsAuth: false,
    });
  });

  it('accepts small values', () => {
    const small = {
      SESSION_TTL_SECONDS: '2',
      DATABASE_POOL_SIZE: '2',
      CLEANUP_BATCH_SIZE: '10',
      CLEANUP_CRON: '* * * * * *',
    };
    expect(problemsOf(small)).toEqual([]);
    expect(readEnvironment({ CLEANUP_CRON: 'off' }).cleanupCron).toBeNull();
    expect(readEnvironment({ RATE_LIMIT_GUESTS: 'off' }).rateLimitGuests).toBeNull();
    expect(readEnvironment({ RATE_LIMIT_GUESTS: '1' }).rateLimitGuests).toBe(1);
    expect(problemsOf({ CLEANUP_CRON: '0 0 29 2 *' })).toEqual([]);
    expect(readEnvironment({ BASE_PATH: '/shop/v1.0/~tea' }).basePath).toBe('/shop/v1.0/~tea');
  });

  it.each([
    ['PORT', 'x'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['BASE_PATH', '/'],
    ['BASE_PATH', 'shop'],
    ['BASE_PATH', '/shop/'],
    ['BASE_PATH', '/shop//basket'],
    ['BASE_PATH', '/shop/../basket'],
    ['BASE_PATH', '/.'],
    ['BASE_PATH', '/shop?x'],
    ['BASE_PATH', '/sh%6fp'],
    ['BASE_PATH', '/"><script>'],
    ['BASE_PATH', 'https://shop.example/basket'],
    ['SESSION_COOKIE_NAME', 'a b'],
    ['SESSION_COOKIE_NAME', 'sid;'],
    ['SESSION_COOKIE_NAME', '__Host-sid'],
    ['SESSION_COOKIE_NAME', '__secure-sid'],
    ['SESSION_TTL_SECONDS', '0'],
    ['SESSION_TTL_SECONDS', '1.5'],
    ['DATABASE_POOL_SIZE', '1'],
    ['DATABASE_WAIT_SECONDS', 'long'],
    ['DATABASE_URL', 'mysql://x'],
    ['DATABASE_URL', 'localhost'],
    ['CLEANUP_CRON', 'every minute'],
    ['CLEANUP_CRON', '0 0 30 2 *'],
    ['CLEANUP_CRON', '0 0 31 4,6 *'],
    ['BASKET_MERGE_STRATEGY', 'min'],
    ['CURRENCY', 'euro'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['LOG_LEVEL', 'loud'],
    ['METRICS_AUTH', 'yes'],
    ['RATE_LIMIT_GUESTS', '0'],
  ])('refuses %s=%s and names the variable', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it.each([
    ['localhost/shop', 'must look like postgres://'],
    ['mysql://u:secret-word@db/shop', 'it begins with mysql://'],
    ['postgres://u:secret-word@one,two/shop', 'must name one host'],
    ['postgres://u:secret-word@one:5432,two:5432/shop', 'must name one host'],
    ['postgres:///shop?host=one,two', 'must name one host'],
    ['postgres://u:secret-word@db/shop?target_session_attrs=read-write', "can't have target_session_attrs"],
    ['postgres://', 'must look like postgres://'],
    ['postgres://db/shop/other', 'must look like postgres://'],
    ['postgres://db/shop?port=abc', 'must have a port from 1 to 65535'],
    ['postgres://db/shop?sslmode=requre', 'must have an sslmode of disable'],
    ['postgres://db/shop?sslnegotiation=direkt', 'Invalid sslnegotiation'],
    ['postgres://db/shop?sslmode=verify-full&sslrootcert=/no/such/file', 'ENOENT'],
    ['postgres://u:secret-word/1@db/shop', 'write / as %2F'],
    ['postgres://u:1#secret-word@db/shop', '# as %23'],
    ['postgres://u:1?secret-word=1@db/shop', '? as %3F'],
    ['postgres://u:secret-word%ff@db/shop', '% as %25'],
    ['postgres://u:100%secret-word@db/shop', '% as %25'],
  ])('refuses the URL %s with "%s", without the password', (url, problem) => {
    for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL']) {
      const problems = problemsOf({ [name]: url });

      expect(problems).toEqual([expect.stringContaining(`${name} `)]);
      expect(problems[0]).toContain(problem);
      expect(problems[0]).not.toContain('secret-word');
    }
  });

  it.each([
    'postgresql://db',
    'postgres://u:p%2C%40%2Fw@db.internal:6432/shop?sslmode=verify-full&application_name=shop',
    'postgres://u:p,w@db/shop',
    'postgres://db/shop?connect_timeout=3&channel_binding=require',
    'postgres://u@[::1]:5432/shop?options=-c%20search_path%3Dshop',
    'postgres://u@%2Fvar%2Frun%2Fpostgresql/shop',
    'postgres:///shop?host=/var/run/postgresql',
  ])('accepts the URL %s', (url) => {
    expect(readEnvironment({ DATABASE_URL: url }).databaseUrl).toBe(url);
  });

  it('of a command has defaults for the variables that only a server uses', () => {
    const variables = { ...PRODUCTION, SESSION_SECRET: 'short', JWT_SECRET: '', PORT: 'x', CURRENCY: 'CHF' };

    expect(readCommandEnvironment(variables)).toMatchObject({
      port: 3000,
      currency: 'CHF',
      isProduction: true,
    });
    expect(() => readCommandEnvironment({ NODE_ENV: 'production' })).toThrow('DATABASE_URL is missing');
  });

  it.each([
    'METRICS_AUTH',
    'RATE_LIMIT_LOGIN',
    'RATE_LIMIT_ACCOUNT',
    'RATE_LIMIT_GUESTS',
    'SESSION_MAX_SECONDS',
    'SESSION_TOUCH_SECONDS',
    'SESSIONS_PER_USER',
    'CLEANUP_BUDGET_SECONDS',
    'BASKET_MERGE_STRATEGY',
    'BASKET_MERGE_STRATEGY_CHOICE',
    'BASKET_MAX_QUANTITY',
    'BASKET_MAX_LINES',
  ])('of a command ignores %s, which only a server uses', (name) => {
    const variables = { DATABASE_URL: PRODUCTION.DATABASE_URL, [name]: 'nonsense' };

    expect(problemsOf(variables)).toEqual([expect.stringContaining(name)]);
    expect(() => readCommandEnvironment(variables)).not.toThrow();
  });

  it('of a migration consists of the URL of its role, and how long to wait', () => {
    const one = { DATABASE_URL: 'postgres://app@db/shop', DATABASE_WAIT_SECONDS: '5', SESSION_SECRET: '' };
    const other = { ...one, NODE_ENV: 'production', MIGRATION_DATABASE_URL: 'postgres://owner@db/shop' };

    expect(readMigrationSettings(one)).toEqual({ url: one.DATABASE_URL, waitSeconds: 5 });
    expect(readMigrationSettings(other)).toEqual({ url: other.MIGRATION_DATABASE_URL, waitSeconds: 5 });
  });

  it('reports all errors at once', () => {
    expect(problemsOf({ PORT: 'x', CURRENCY: 'y' })).toHaveLength(2);
  });

  it('requires a database and secrets in production', () => {
    expect(problemsOf(PRODUCTION)).toEqual([]);
    expect(problemsOf({ NODE_ENV: 'production' }).map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'SESSION_SECRET',
      'JWT_SECRET',
    ]);
    expect(problemsOf({ ...PRODUCTION, SESSION_SECRET: 'short' })).toEqual([
      expect.stringContaining('too short'),
    ]);
    expect(problemsOf({ ...PRODUCTION, SESSION_SECRET: `${SECRET},short` })).toHaveLength(1);
    const development = 'for development only, never in production';
    expect(problemsOf({ ...PRODUCTION, JWT_SECRET: development })).toEqual([
      expect.stringContaining('JWT_SECRET'),
    ]);
  });

  it('accepts several secrets and proxies', () => {
    const environment = readEnvironment({
      ...PRODUCTION,
      SESSION_SECRET: `${SECRET}, ${SECRET}!`,
      TRUST_PROXY: 'loopback,10.0.0.0/8',
    });

    expect(environment.sessionSecrets).toEqual([SECRET, `${SECRET}!`]);
    expect(environment.trustProxy).toEqual(['loopback', '10.0.0.0/8']);
    expect(readEnvironment({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  });
});
