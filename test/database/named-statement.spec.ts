import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type pg from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { poolOf } from '../../src/database/connection-pool.js';
import { queryNamed } from '../../src/database/named-statement.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

describe('a statement with a name', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let descriptions = 0;
  beforeAll(async () => {
    database = await createDatabase('empty');
    dataSource = new DataSource(dataSourceOptions(database.url, 1, true));
    await dataSource.initialize();
    poolOf(dataSource).on('acquire', watchOnce);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const watched = new WeakSet<pg.PoolClient>();
  function watchOnce(client: pg.PoolClient): void {
    if (watched.has(client)) return;
    watched.add(client);
    const { connection } = client as unknown as { connection: pg.Connection };
    connection.on('rowDescription', () => (descriptions += 1));
  }
  const pid = async () => {
    const statement = { name: 'pid', text: 'SELECT pg_backend_pid() AS pid' };
    const [row] = await queryNamed<{ pid: number }>(dataSource, statement, []);
    return row?.pid;
  };

  it('returns values of all types, whether the connection knows its columns or not', async () => {
    const statement = {
      name: 'types',
      text: `
        SELECT n, $1::text AS text, $2::int8::float8 AS number, $3::boolean AS flag, $4::text AS nothing,
          '{"a": [1]}'::jsonb AS json, 'infinity'::timestamptz AS time
        FROM generate_series(1, 2) n`,
    };
    const values = ['a"b\\c ü', 1_795_000_000_000, true, null];
    const row = {
      text: values[0],
      number: values[1],
      flag: true,
      nothing: null,
      json: { a: [1] },
      time: Infinity,
    };
    const rows = [
      { n: 1, ...row },
      { n: 2, ...row },
    ];
    descriptions = 0;

    expect(await queryNamed(dataSource, statement, values)).toEqual(rows);
    expect(await queryNamed(dataSource, statement, values)).toEqual(rows);
    expect(await queryNamed(dataSource, statement, values)).toEqual(rows);

    expect(descriptions).toBe(1);
  });

  it('returns no rows when there are none, and when there are no columns', async () => {
    const none = { name: 'none', text: 'SELECT 1 AS one WHERE $1::int = 2' };
    const effect = { name: 'effect', text: `SET application_name = 'named'` };

    expect(await queryNamed(dataSource, none, [1])).toEqual([]);
    expect(await queryNamed(dataSource, none, [2])).toEqual([{ one: 1 }]);
    expect(await queryNamed(dataSource, effect, [])).toEqual([]);
    expect(await queryNamed(dataSource, effect, [])).toEqual([]);
  });

  it('reports an error of the server, and the next statement gets another connection', async () => {
    const divide = { name: 'divide', text: 'SELECT 1 / $1::int AS result' };
    const before = await pid();

    await expect(queryNamed(dataSource, divide, [0])).rejects.toMatchObject({ code: '22012' });
    await expect(queryNamed(dataSource, { name: 'broken', text: 'SELEC 1' }, [])).rejects.toMatchObject({
      code: '42601',
    });

    expect(await queryNamed(dataSource, divide, [1])).toEqual([{ result: 1 }]);
    expect(await pid()).not.toBe(before);
  });

  it('describes its columns again after a migration has changed them', async () => {
    await dataSource.query('CREATE TABLE things (id int PRIMARY KEY)');
    await dataSource.query('INSERT INTO things VALUES (1)');
    const all = { name: 'all-things', text: 'SELECT * FROM things' };
    expect(await queryNamed(dataSource, all, [])).toEqual([{ id: 1 }]);

    await dataSource.query(`ALTER TABLE things ADD COLUMN name text DEFAULT 'one'`);

    // PostgreSQL refuses the old plan once on each connection.
    await expect(queryNamed(dataSource, all, [])).rejects.toMatchObject({ code: '0A000' });
    expect(await queryNamed(dataSource, all, [])).toEqual([{ id: 1, name: 'one' }]);
  });

  it('reports a connection that ends while the statement runs', async () => {
    const endsItself = { name: 'ends-itself', text: 'SELECT pg_terminate_backend(pg_backend_pid())' };

    await expect(queryNamed(dataSource, endsItself, [])).rejects.toMatchObject({ code: '57P01' });
    expect(await pid()).toEqual(expect.any(Number));
  });
});
