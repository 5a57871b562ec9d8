import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions, KEPT_CONNECTIONS } from '../../ormconfig.js';
import { destroySilentConnections, fillPool, poolOf } from '../../src/database/connection-pool.js';
import { Shop } from '../support/shop.js';

const SILENCE_MILLISECONDS = 300;

describe('the pool of connections', () => {
  let shop: Shop;
  let dataSource: DataSource;
  beforeAll(async () => {
    shop = await Shop.open();
    dataSource = await new DataSource(dataSourceOptions(shop.databaseUrl, 2, true)).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await shop.close();
  });

  const processes = async () => {
    const rows = await Promise.all(
      [0, 1].map(() => dataSource.query<[{ pid: number }]>('SELECT pg_backend_pid() AS pid')),
    );
    return rows.map(([{ pid }]) => pid).sort((a, b) => a - b);
  };

  it('has open connections before the first visitor comes, and no more than its maximum', async () => {
    const small = await shop.instance({ DATABASE_POOL_SIZE: '2' });

    expect(poolOf(shop.dataSource).totalCount).toBe(KEPT_CONNECTIONS);
    expect(poolOf(small.dataSource).totalCount).toBe(2);
  });

  it('keeps an idle connection, and ends a connection in use that receives nothing', async () => {
    destroySilentConnections(dataSource, SILENCE_MILLISECONDS);
    await fillPool(dataSource, 2);
    const before = await processes();

    await sleep(SILENCE_MILLISECONDS * 2);
    expect(await processes()).toEqual(before);

    await expect(dataSource.query('SELECT pg_sleep(5)')).rejects.toThrow('the database does not answer');
    expect(await processes()).not.toEqual(before);
  });
});
