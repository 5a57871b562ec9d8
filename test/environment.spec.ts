import { describe, expect, it } from '@jest/globals';
import { InvalidEnvironment, readEnvironment } from '../src/environment.js';

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
      databaseUrl: undefined,
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
    });
  });

  it('takes small values too', () => {
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
  });

  it.each([
    ['PORT', 'x'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['SESSION_TTL_SECONDS', '0'],
    ['SESSION_TTL_SECONDS', '1.5'],
    ['DATABASE_POOL_SIZE', '1'],
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
    ['RATE_LIMIT_GUESTS', '0'],
  ])('refuses %s=%s and names it', (name, value) => {
    expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining(name)]);
  });

  it('names everything that is wrong at once', () => {
    expect(problemsOf({ PORT: 'x', CURRENCY: 'y' })).toHaveLength(2);
  });

  it('in production wants a database and secrets of its own', () => {
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

  it('reads several secrets and proxies', () => {
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
