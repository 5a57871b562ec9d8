import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { HASHES_AT_ONCE, PasswordService } from '../../src/auth/password/password.service.js';
import { eventually } from '../support/eventually.js';
import { PASSWORD, Shop, type TestUser } from '../support/shop.js';

describe('a flood of registrations from one network', () => {
  let shop: Shop;
  let ada: TestUser;
  let seen: ServerResponse[];
  let closed: number;
  let release: () => void;
  let held: Promise<unknown>;
  beforeAll(async () => {
    shop = await Shop.open({ TRUST_PROXY: 'loopback', RATE_LIMIT_LOGIN: '1000' });
    ada = await shop.user();
    shop.app.getHttpServer().on('request', (_, response: ServerResponse) => {
      seen.push(response);
      response.on('close', () => (closed += 1));
    });
  });
  beforeEach(async () => {
    [seen, closed] = [[], 0];
    await holdHashSlots();
  });
  afterEach(async () => {
    release();
    await held;
  });
  afterAll(() => shop.close());

  const logsIn = (address: string) =>
    shop
      .guest()
      .sends(
        'POST',
        '/api/auth/login',
        { email: ada.email, password: PASSWORD },
        { 'X-Forwarded-For': address },
      );
  const arrived = (count: number) => eventually(() => Promise.resolve(seen.length >= count));

  /** Stops all password hashing until `release`. Logins of other networks occupy all hash slots. */
  async function holdHashSlots(): Promise<void> {
    const until = new Promise<void>((resolve) => (release = resolve));
    const passwords = shop.app.get(PasswordService);
    const hashing = Array.from({ length: HASHES_AT_ONCE }, () => passwords.withHashSlot(() => until));
    const logins = hashing.map((_, n) => logsIn(`198.51.100.${n + 1}`));
    held = Promise.all([...hashing, ...logins]);
    await arrived(logins.length);
  }

  const registration = (n: number, connection: string) => {
    const body = JSON.stringify({ email: `flood-${n}@example.com`, password: PASSWORD });
    return [
      'POST /api/auth/register HTTP/1.1',
      'Host: shop',
      'X-Forwarded-For: 192.0.2.1',
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      `Connection: ${connection}`,
      '',
      body,
    ].join('\r\n');
  };
  const send = async (n: number): Promise<Socket> => {
    const { port, hostname } = new URL(shop.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await new Promise((resolve) => socket.once('connect', resolve));
    socket.write(registration(n, 'close'));
    return socket;
  };
  const flood = (count: number) => Promise.all(Array.from({ length: count }, (_, n) => send(n)));
  const registered = () => shop.count('users', `email LIKE 'flood-%'`);

  it('costs no hash after its clients disconnect, and another network can log in', async () => {
    const before = seen.length;
    const sockets = await flood(300);
    await arrived(before + 300);
    for (const socket of sockets) socket.destroy();
    await eventually(() => Promise.resolve(closed >= 300));
    const login = logsIn('203.0.113.1');
    await arrived(before + 301);

    release();

    expect((await login).status).toBe(200);
    await held;
    expect(await registered()).toBe(0);
    // A client that disconnects is no error: nothing is counted or logged.
    const { body } = await shop.guest().sends<string>('GET', '/metrics');
    expect(body).not.toMatch(/route="\/api\/auth\/register",status="500"/);
  });

  it('is refused beyond the limit of waiting requests, and another network logs in next', async () => {
    const capacity = HASHES_AT_ONCE * 100;
    const before = seen.length;
    const sockets = await flood(capacity + 20);
    const answers: string[] = [];
    for (const socket of sockets) socket.once('data', (chunk) => answers.push(chunk.toString()));
    await eventually(() => Promise.resolve(answers.length >= 20));
    expect(answers).toHaveLength(20);
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1.1 503 .*\r\n(.*\r\n)*Retry-After: 5\r\n/i);
      expect(answer).toContain('/problems/overloaded');
    }
    const login = logsIn('203.0.113.1');
    await eventually(() => Promise.resolve(answers.length >= 21));
    expect(seen.length).toBe(before + capacity + 21);

    release();
    const { status } = await login;
    const registrations = await registered();
    for (const socket of sockets) socket.destroy();

    expect(status).toBe(200);
    expect(registrations).toBeLessThan(capacity / 2);
  });
});

describe('many registrations from one network', () => {
  let shop: Shop;
  let other: Shop;
  beforeAll(async () => {
    const settings = { TRUST_PROXY: 'loopback', RATE_LIMIT_LOGIN: '1' };
    shop = await Shop.open(settings);
    other = await shop.instance(settings);
  });
  beforeEach(() => shop.sql('TRUNCATE login_attempts'));
  afterAll(() => shop.close());

  let count = 0;
  const register = (address: string, at = shop) => {
    const body = { email: `many-${count++}@example.com`, password: PASSWORD };
    return at.guest().sends('POST', '/api/auth/register', body, { 'X-Forwarded-For': address });
  };

  it('are refused after ten times RATE_LIMIT_LOGIN in a minute, on all instances together', async () => {
    const answers = await Promise.all(
      Array.from({ length: 13 }, (_, n) => register('192.0.2.1', n % 2 ? shop : other)),
    );

    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(10).fill(201), 429, 429, 429]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ type: '/problems/too-many-registrations' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await register('192.0.2.2')).status).toBe(201);
  });

  it('are accepted when the shop has no limit', async () => {
    const open = await shop.instance({ RATE_LIMIT_LOGIN: 'off', TRUST_PROXY: 'loopback' });

    const answers = await Promise.all(Array.from({ length: 12 }, () => register('192.0.2.1', open)));

    expect(answers.map(({ status }) => status)).toEqual(Array<number>(12).fill(201));
  });
});
