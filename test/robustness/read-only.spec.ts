import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/app/migrate.js';
import { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';
import { query } from '../support/test-server.js';

const SINGLE_STATEMENT = {};
const TRANSACTION = { 'If-Match': '*' };

describe('a database that refuses writes', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  /** Applies to new connections only. */
  const setReadOnly = (isReadOnly: boolean) => {
    const name = new URL(shop.databaseUrl).pathname.slice(1);
    return shop.sql(`ALTER DATABASE ${name} SET default_transaction_read_only = ${isReadOnly}`);
  };

  it.each([
    ['in a single statement', SINGLE_STATEMENT],
    ['in a transaction', TRANSACTION],
  ])(
    'makes an add %s end with 503 and the shop not ready, until new connections can write',
    async (_way, headers) => {
      const tea = await shop.product();
      const guest = shop.guest();
      await guest.adds(tea);
      await setReadOnly(true);
      const remote = await shop.instance({ DATABASE_POOL_SIZE: '2' });
      const tab = guest.tab(remote.url);
      const add = () => tab.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 }, headers);

      expect((await tab.sends('GET', '/api/health/ready')).status).toBe(503);
      const refused = await add();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect((await remote.guest().triesToAdd(tea)).status).toBe(503);
      expect(await tab.quantities()).toEqual({ [tea.sku]: 1 });

      // Both connections of the pool are older than this.
      await setReadOnly(false);
      for (let connection = 0; connection < 2; connection++) await add();
      expect((await add()).status).toBe(201);
      expect((await tab.sends('GET', '/api/health/ready')).status).toBe(200);
    },
  );
});

describe('a standby', () => {
  let home: string;
  let postgres: EmbeddedPostgres;
  let server: Program | undefined;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'basketkeeper-standby-'));
    // PostgreSQL runs under another account when we are root. That account needs access.
    await chmod(home, 0o755);
    postgres = await startEmbeddedPostgres({ home });
    await migrate(postgres.url);
    await query(
      postgres.url,
      `INSERT INTO products (sku, name, unit_price_minor) VALUES ('TEA', 'Tea', 100)`,
    );
    // The files of a server that was shut down cleanly are a valid copy of it.
    await postgres.stop();
    await writeFile(join(home, 'postgres/standby.signal'), '');
    postgres = await startEmbeddedPostgres({ home });
  });
  afterAll(async () => {
    await server?.stops('SIGKILL');
    await postgres.stop();
    await rm(home, { recursive: true, force: true });
  });

  it('makes the shop not ready and adds end with 503, until it is promoted', async () => {
    server = Program.run('main', [], { DATABASE_URL: postgres.url, PORT: '0', CLEANUP_CRON: 'off' });
    const url = await server.serves();
    const guest = new Client(url);
    const isReady = async () => (await guest.sends('GET', '/api/health/ready')).status === 200;

    expect(await isReady()).toBe(false);
    expect((await guest.triesToAdd({ sku: 'TEA' })).status).toBe(503);
    expect((await guest.sends('GET', '/api/products')).status).toBe(200);

    await query(postgres.url, 'SELECT pg_promote()');
    await eventually(isReady);
    await guest.adds({ sku: 'TEA' });
  });
});
