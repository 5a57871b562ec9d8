import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AuditService } from '../../src/basket/expiry/audit.service.js';
import { Client } from '../support/client.js';
import { type CutAt, DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { RowLock } from '../support/row-lock.js';
import { Shop } from '../support/shop.js';

/** A real crash: the server's process is killed at a statement, and another process takes over. */
describe('a server', () => {
  let shop: Shop;
  let proxy: DatabaseProxy;
  let server: Program;
  let url: string;
  beforeAll(async () => {
    shop = await Shop.open();
    proxy = await DatabaseProxy.before(shop.databaseUrl);
    await start();
  });
  afterAll(async () => {
    proxy.restore();
    await server.stops('SIGKILL');
    await shop.close();
    await proxy.close();
  });

  const start = async () => {
    proxy.restore();
    server = Program.run('main', [], { DATABASE_URL: proxy.url, PORT: '0', CLEANUP_CRON: 'off' });
    url = await server.serves();
  };
  /** Sends a request during which the server is killed, and starts another server. */
  const killedAt = async (statement: number, at: CutAt, request: () => Promise<unknown>) => {
    let isKilled = false;
    proxy.cutAt(statement, at, () => {
      isKilled = true;
      process.kill(server.pid, 'SIGKILL');
    });
    await expect(request()).rejects.toThrow();
    expect(isKilled).toBe(true);
    await server.ends();
    await start();
    const { invariants } = await shop.app.get(AuditService).audit();
    expect(invariants.filter(({ count }) => count > 0)).toEqual([]);
  };

  it.each<[number, CutAt]>([
    [3, 'request'],
    [6, 'answer'],
    [9, 'request'],
    [12, 'answer'],
  ])(
    'that is killed in a login at statement %i, before the %s, loses nothing: the guest is a guest or a user',
    async (statement, at) => {
      const tea = await shop.product();
      const ada = await shop.user({ basket: [[tea, 1]] });
      const guest = new Client(url);
      await guest.adds(tea, 3);

      await killedAt(statement, at, () => guest.logsInAs(ada));

      const back = guest.tab(url);
      await back.logsInAs(ada);
      expect(await back.quantities()).toEqual({ [tea.sku]: 3 });
    },
  );

  it.each<[number, CutAt]>([
    [5, 'request'],
    [9, 'answer'],
    [12, 'answer'],
  ])(
    'that is killed in a submit at statement %i, before the %s, sells the basket once',
    async (statement, at) => {
      const tea = await shop.product({ stock: 10 });
      const guest = new Client(url);
      await guest.adds(tea, 3);
      const headers = { 'Idempotency-Key': randomUUID() };

      await killedAt(statement, at, () => guest.sends('POST', '/api/basket/submit', {}, headers));

      expect((await guest.tab(url).sends('POST', '/api/basket/submit', {}, headers)).status).toBe(200);
      expect(await shop.sql('SELECT stock FROM products WHERE sku = $1', [tea.sku])).toEqual([{ stock: 7 }]);
    },
  );

  it('that gets SIGTERM is not ready first, then finishes running requests, and exits with 0 within 10 seconds', async () => {
    const tea = await shop.product();
    const guest = new Client(url);
    await guest.adds(tea);
    const lock = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = $1 FOR UPDATE', [guest.sessionId]);
    const inFlight = guest.triesToAdd(tea, 2);
    await sleep(200);

    const startedAt = Date.now();
    const ended = server.stops('SIGTERM');
    await eventually(
      async () => (await new Client(url).sends('GET', '/api/health/ready')).status === 503,
      400,
    );
    await eventually(async () => {
      const answer = await fetch(`${url}/api/health/live`).catch(() => 'refused');
      return answer === 'refused';
    });
    await lock.release();

    expect((await inFlight).status).toBe(201);
    expect((await ended).code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    await start();
    expect(await guest.tab(url).quantities()).toEqual({ [tea.sku]: 3 });
  });

  it('that gets SIGTERM while the database hangs exits with 0 within 10 seconds', async () => {
    const tea = await shop.product();
    const guest = new Client(url);
    await guest.adds(tea);
    proxy.hang();
    const inFlight = guest.triesToAdd(tea).catch(() => undefined);
    await sleep(200);

    const startedAt = Date.now();
    expect((await server.stops('SIGTERM')).code).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    await inFlight;
    await start();
    expect(await guest.tab(url).quantities()).toEqual({ [tea.sku]: 1 });
  });
});
