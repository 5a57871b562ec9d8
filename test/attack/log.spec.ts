import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { Client, type ProblemBody } from '../support/client.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

const NOISY = join(import.meta.dirname, '../support/noisy-process.mjs');

/** Headers of a proxy that terminates TLS, as in production. */
const SECURE = { 'X-Forwarded-Proto': 'https' };

describe('an attacker who reads the log', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it('finds no password, token, cookie, API key, email or metadata, but finds each failed request by its id', async () => {
    const secrets = { SESSION_SECRET: 's'.repeat(40), JWT_SECRET: 'j'.repeat(40) };
    const program = Program.run('main', [], {
      NODE_ENV: 'production',
      DATABASE_URL: shop.databaseUrl,
      TRUST_PROXY: 'loopback',
      LOG_LEVEL: 'debug',
      CLEANUP_CRON: '* * * * * *',
      HOST: '127.0.0.1',
      PORT: '0',
      ALLOWED_ORIGINS: 'https://partner.example',
      ...secrets,
    });
    const client = new Client(await program.serves());
    const sends = <T>(method: string, path: string, body?: unknown, headers = {}) =>
      client.sends<T>(method, path, body, { ...SECURE, ...headers });
    const email = 'somebody.special@example.com';
    const [password, wrong] = ['a very special password', 'a very wrong password'];
    const note = 'a very special gift note';
    const tea = await shop.product();

    await sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 });
    const cookies = [client.carriedCookie];
    await sends('PUT', '/api/basket/metadata', { metadata: { giftNote: note } });
    await sends('PUT', '/api/basket/metadata', { metadata: { giftNote: note, depth: [[[[]]]] } });
    expect(cookies[0]).toMatch(/^__Host-sid=/);
    await sends('POST', '/api/auth/register', { email, password });
    await sends('POST', '/api/auth/register', { email, password });
    await sends('POST', '/api/auth/login', { email, password: wrong });
    const login = await sends<{ accessToken: string }>('POST', '/api/auth/login', { email, password });
    cookies.push(client.carriedCookie);
    const { accessToken } = login.body;
    await sends('GET', '/api/auth/me', undefined, { Authorization: `Bearer ${accessToken}` });
    await sends('GET', '/api/auth/me', undefined, { Authorization: `Bearer ${accessToken}x` });
    const keys = [await shop.key('cleanup:read'), { Authorization: `Bearer bk_${'u'.repeat(43)}` }];
    for (const key of keys) {
      await sends('GET', '/api/admin/overview', undefined, key);
      await sends('GET', '/api/admin/orders', undefined, key);
      await sends('GET', '/api/basket', undefined, key);
    }
    await sends('GET', `/api/products?q=${encodeURIComponent(email)}`);
    await sends('PUT', '/api/auth/password', { currentPassword: wrong, newPassword: password });
    for (const Origin of [
      'https://forgotten.example',
      'https://partner.example',
      'https://forgotten.example',
    ]) {
      await sends('OPTIONS', '/api/basket/lines', undefined, {
        Origin,
        'Access-Control-Request-Method': 'POST',
      });
    }
    await shop.sql('ALTER TABLE users RENAME TO elsewhere');
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const trace = { traceparent };
    const broken = await sends<ProblemBody>('POST', '/api/auth/login', { email, password }, trace);
    await shop.sql('ALTER TABLE elsewhere RENAME TO users');
    const { stdout, stderr } = await program.stops('SIGTERM');

    expect(broken.status).toBe(500);
    expect(JSON.stringify(broken.body)).not.toMatch(/users|relation|\.js/);
    const log = stdout + stderr;
    const lines = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { requestId?: string; level: string; stack?: string });
    expect(lines.find(({ requestId }) => requestId === broken.body.requestId)).toMatchObject({
      level: 'error',
      service: 'basketkeeper',
      traceparent,
      stack: expect.stringContaining('does not exist') as unknown,
    });
    // The page of a refused origin gets no reason. An operator who forgot to allow it finds it in
    // this log.
    expect(log.match(/preflight request from a page on https:\/\/\w+\.example/g)).toEqual([
      'preflight request from a page on https://forgotten.example',
    ]);
    const hidden = [
      email,
      'somebody',
      password,
      wrong,
      note,
      accessToken,
      ...Object.values(secrets),
      'argon2id',
    ];
    for (const { Authorization } of keys) hidden.push(Authorization.slice('Bearer bk_'.length));
    for (const cookie of cookies) hidden.push(String(cookie).split(/=s%3A|\./)[1] ?? '');
    for (const secret of hidden) {
      expect(secret.length).toBeGreaterThan(5);
      expect(log).not.toContain(secret);
    }
  });

  it('finds only lines of JSON, also for warnings of Node and libraries and for an uncaught error', async () => {
    const program = Program.run('main', [], {
      NODE_OPTIONS: `--import=${NOISY}`,
      NODE_ENV: 'production',
      DATABASE_URL: shop.databaseUrl,
      SESSION_SECRET: 's'.repeat(40),
      JWT_SECRET: 'j'.repeat(40),
      PORT: '0',
    });
    await program.serves();

    process.kill(program.pid, 'SIGUSR2');
    await program.prints(/very old/);
    const { code, stdout, stderr } = await program.stops('SIGPIPE');

    expect(code).toBe(1);
    const lines = (stdout + stderr).trim().split('\n');
    const said = lines.map((line) => JSON.parse(line) as { level: string; message: string });
    expect(said.slice(-3)).toMatchObject([
      { level: 'warn', message: 'DeprecationWarning: It is old.' },
      { level: 'warn', message: 'DeprecationWarning: It is very old.' },
      { level: 'fatal', message: expect.stringContaining('Nobody caught it.') as unknown },
    ]);
  });
});
