import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '../support/client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { RowLock } from '../support/row-lock.js';
import { Shop } from '../support/shop.js';

const POOL = 2;

/**
 * The moment when the pool passes a connection from one user to the next. Then only the pool
 * listens to it.
 */
describe('a connection that ends while the pool passes it on', () => {
  let shop: Shop;
  let proxy: DatabaseProxy;
  let server: Program;
  let url: string;
  beforeAll(async () => {
    shop = await Shop.open();
    proxy = await DatabaseProxy.before(shop.databaseUrl);
    const settings = { DATABASE_URL: proxy.url, DATABASE_POOL_SIZE: String(POOL) };
    server = Program.run('main', [], { ...settings, PORT: '0', CLEANUP_CRON: 'off' });
    url = await server.serves();
  });
  afterAll(async () => {
    await server.stops('SIGKILL');
    await shop.close();
    await proxy.close();
  });

  it.each([
    ['GET', '/api/products', 'of TypeORM'],
    ['GET', '/api/basket', 'of a named statement'],
  ])(
    'leaves the process alive, and each waiting %s %s (a request %s) gets 200 or 503',
    async (method, path) => {
      const tea = await shop.product();
      const guests = Array.from({ length: POOL }, () => new Client(url));
      for (const guest of guests) await guest.adds(tea);
      const ids = guests.map(({ sessionId }) => sessionId);
      const lock = await RowLock.hold(shop, 'SELECT FROM sessions WHERE id = ANY ($1) FOR UPDATE', [ids]);
      const adds = guests.map((guest) => guest.triesToAdd(tea));
      await eventually(async () => (await shop.countLocks('NOT granted')) === POOL);

      // Adds use all connections, so these requests wait. The end of each connection arrives
      // together with the add's answer.
      const reader = guests[0]!.tab();
      const waiting = Array.from({ length: 4 }, () => reader.sends(method, path));
      await arrived();
      proxy.endAtReady(POOL);
      await lock.release();

      expect((await Promise.all(adds)).map(({ status }) => status)).toEqual([201, 201]);
      const statuses = (await Promise.all(waiting)).map(({ status }) => status);
      expect(statuses.filter((status) => status !== 200 && status !== 503)).toEqual([]);
      expect(statuses).toContain(503);
      expect((await new Client(url).sends('GET', '/api/health/ready')).status).toBe(200);
      for (const guest of guests) expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
    },
  );

  /** Sends more requests and awaits them. The earlier requests wait for a connection by then. */
  const arrived = async () => {
    for (let round = 0; round < 20; round++) await new Client(url).sends('GET', '/api/health/live');
  };
});
