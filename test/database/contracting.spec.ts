import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { APPLICATION_NAME, migrationOptions } from '../../ormconfig.js';
import { assertMigrated, migrate } from '../../src/app/migrate.js';
import { MigrationDataSource } from '../../src/database/migration-data-source.js';
import { DropOldKeys1795780300000 } from '../../src/database/migrations/1795780300000-DropOldKeys.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { createDatabase, type TestDatabase } from '../support/database.js';

/** The number of migrations of the previous version. */
const BEFORE = MIGRATIONS.findIndex(({ name }) => name.startsWith('DescribeLines'));

/** A write of the previous version, which names the earlier key of a line. */
const OLD_ADD = `
  INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added) VALUES ($1, 'TEA', 1, 100)
  ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = basket_lines.quantity + 1`;
const BASKET = '01990000-0000-7000-8000-000000000001';

describe('a migration that an earlier instance does not survive', () => {
  let database: TestDatabase;
  let dataSource: MigrationDataSource;
  let earlier: pg.Client;
  beforeEach(async () => {
    database = await createDatabase('empty');
    const settings = { url: database.url, waitSeconds: 0 };
    dataSource = await new MigrationDataSource(migrationOptions(), () => settings).initialize();
    await dataSource.runMigrations();
    for (let left = MIGRATIONS.length; left > BEFORE; left--) await dataSource.undoLastMigration();
    earlier = new pg.Client({ connectionString: database.url, application_name: 'basketkeeper' });
    await earlier.connect();
    await earlier.query('INSERT INTO baskets (id) VALUES ($1)', [BASKET]);
    await earlier.query(OLD_ADD, [BASKET]);
  });
  afterEach(async () => {
    await earlier.end();
    await dataSource.destroy();
    await database.drop();
  });

  const isPending = async (): Promise<boolean> => {
    const name = DropOldKeys1795780300000.name;
    const done = await dataSource.query<object[]>('SELECT FROM migrations WHERE name = $1', [name]);
    return done.length === 0;
  };

  it('waits while that instance is connected, which goes on with its writes', async () => {
    const done = await migrate(database.url);

    expect([done, await isPending()]).toEqual([MIGRATIONS.length - BEFORE - 1, true]);
    await earlier.query(OLD_ADD, [BASKET]);
    const { rows } = await earlier.query('SELECT quantity, variant, attributes FROM basket_lines');
    expect(rows).toEqual([{ quantity: 2, variant: '', attributes: {} }]);
    // The instances of this version serve in the meantime.
    await assertMigrated(dataSource);
  });

  it('runs at the next start without such an instance', async () => {
    await migrate(database.url);
    await earlier.end();

    expect(await migrate(database.url)).toBe(1);

    expect(await isPending()).toBe(false);
    const [key] = await dataSource.query<[{ columns: string }]>(
      `SELECT pg_get_constraintdef(oid) AS columns FROM pg_constraint WHERE conname = 'basket_lines_pkey'`,
    );
    expect(key.columns).toBe('PRIMARY KEY (basket_id, sku, variant)');
    earlier = new pg.Client({ connectionString: database.url, application_name: APPLICATION_NAME });
    await earlier.connect();
  });

  it('does not wait for instances of this version', async () => {
    await earlier.query(`SET application_name = '${APPLICATION_NAME}'`);

    expect(await migrate(database.url)).toBe(MIGRATIONS.length - BEFORE);
  });
});
