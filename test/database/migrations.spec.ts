import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';
import { assertMigrated, migrate } from '../../src/database/migrate.js';
import { FindUnpinnedCurrencies1795741100000 } from '../../src/database/migrations/1795741100000-FindUnpinnedCurrencies.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await createDatabase('empty');
    dataSource = await new DataSource(migrationOptions(database.url)).initialize();
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

  it('make what the entities say, to the letter', async () => {
    await dataSource.runMigrations();

    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();

    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('undo what they did, and do it again', async () => {
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

  it('are run once when two instances start at once', async () => {
    await Promise.all([migrate(database.url), migrate(database.url), migrate(database.url)]);

    await assertMigrated(dataSource);
    expect(await dataSource.query('SELECT count(*)::int AS count FROM migrations')).toEqual([
      { count: MIGRATIONS.length },
    ]);
  });

  it('build an index again that an interrupted migration left behind', async () => {
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

  it('are asked for by name of the command, where they have not run', async () => {
    await expect(assertMigrated(dataSource)).rejects.toThrow('npm run db:migrate');
  });

  it('are all in the list, in the order of their files', async () => {
    const files = await readdir(join(import.meta.dirname, '../../src/database/migrations'));
    const names = files.sort().map((file) => file.replace(/^(\d+)-(\w+)\.ts$/, '$2$1'));

    expect(MIGRATIONS.map(({ name }) => name)).toEqual(names);
  });
});
