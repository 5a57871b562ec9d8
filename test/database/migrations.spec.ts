import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { migrationOptions } from '../../ormconfig.js';
import { MigrationDataSource } from '../../src/database/migration-data-source.js';
import { assertMigrated, migrate } from '../../src/app/migrate.js';
import { FindUnpinnedCurrencies1795741100000 } from '../../src/database/migrations/1795741100000-FindUnpinnedCurrencies.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

/** The name of the previous version for SampleSessions. */
const FIRST_NAME = 'SampleSessions1796342400000';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: MigrationDataSource;
  beforeEach(async () => {
    database = await createDatabase('empty');
    const settings = { url: database.url, waitSeconds: 0 };
    dataSource = await new MigrationDataSource(migrationOptions(), () => settings).initialize();
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const tables = async (): Promise<string[]> => {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  };

  const names = async (where: string): Promise<string[]> => {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT name FROM migrations WHERE ${where} ORDER BY id`,
    );
    return rows.map(({ name }) => name);
  };

  it('create exactly the schema of the entities', async () => {
    await dataSource.runMigrations();

    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be reverted and run again', async () => {
    await dataSource.runMigrations();
    const made = await tables();

    for (const migration of MIGRATIONS) {
      expect(migration.name).toBeTruthy();
      await dataSource.undoLastMigration();
    }
    expect(await tables()).toEqual(['migrations']);

    await dataSource.runMigrations();
    expect(await tables()).toEqual(made);
  });

  it('are only recorded by `--fake`, and its revert only removes the record', async () => {
    await dataSource.runMigrations({ fake: true });
    expect(await names('true')).toEqual(MIGRATIONS.map(({ name }) => name));
    expect(await tables()).toEqual(['migrations']);

    await dataSource.query('DROP TABLE migrations');
    await dataSource.runMigrations();
    const made = await tables();
    await dataSource.undoLastMigration({ fake: true });

    expect(await names('true')).not.toContain(MIGRATIONS.at(-1)?.name);
    expect(await tables()).toEqual(made);
    const index = `SELECT to_regclass('baskets_currency_to_pin') IS NOT NULL AS "isThere"`;
    expect(await dataSource.query(index)).toEqual([{ isThere: true }]);
  });

  it('are run once when two instances start at the same time', async () => {
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);

    await assertMigrated(dataSource);
    expect(await names('id > 0')).toEqual(MIGRATIONS.map(({ name }) => name));
  });

  it('adopt a database of the previous version, which still finds it migrated', async () => {
    await migrate(database.url);
    await dataSource.query('DELETE FROM migrations WHERE id = 0');
    await dataSource.query(
      `UPDATE migrations SET name = $1, timestamp = 1796342400000 WHERE name = 'SampleSessions1795651200000'`,
      [FIRST_NAME],
    );
    const before = await tables();

    await Promise.all([migrate(database.url), migrate(database.url)]);

    await assertMigrated(dataSource);
    expect(await names('true')).toContain(FIRST_NAME);
    expect(await names('id > 0')).toEqual(MIGRATIONS.map(({ name }) => name));
    for (let left = MIGRATIONS.length; left > 0; left--) await dataSource.undoLastMigration();
    expect(await names('true')).toEqual([]);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(before);
    expect(await names('true')).toContain(FIRST_NAME);
  });

  it('build an index again after an interrupted migration', async () => {
    await dataSource.runMigrations();
    const { name } = FindUnpinnedCurrencies1795741100000;
    await dataSource.query('DELETE FROM migrations WHERE name = $1', [name]);
    await dataSource.query(
      `UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'baskets_currency_to_pin'::regclass`,
    );

    await dataSource.runMigrations();

    expect(await dataSource.query('SELECT FROM pg_index WHERE NOT indisvalid')).toEqual([]);
    await assertMigrated(dataSource);
  });

  it('are requested by the name of the command when they have not run', async () => {
    await expect(assertMigrated(dataSource)).rejects.toThrow('npm run db:migrate');
  });

  it('are all in the list, in the order of their files', async () => {
    const files = await readdir(join(import.meta.dirname, '../../src/database/migrations'));
    const names = files.sort().map((file) => file.replace(/^(\d+)-(\w+)\.ts$/, '$2$1'));

    expect(MIGRATIONS.map(({ name }) => name)).toEqual(names);
  });

  it('have timestamps of the past, each later than the one before', () => {
    const stamps = MIGRATIONS.map(({ name }) => Number(name.slice(-13)));

    expect(stamps.filter((stamp) => !(stamp < Date.now()))).toEqual([]);
    expect(stamps).toEqual([...new Set(stamps)].sort((a, b) => a - b));
  });
});
