import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { migrationOptions } from '../../ormconfig.js';
import { createIndexConcurrently } from '../../src/database/create-index-concurrently.js';
import { MigrationDataSource } from '../../src/database/migration-data-source.js';
import { MIGRATIONS } from '../../src/database/migrations.js';
import { createDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { Shop } from '../support/shop.js';

const ROOT = join(import.meta.dirname, '../..');

class AddNote1795737600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE baskets ADD note text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE baskets DROP COLUMN note');
  }
}

class FindNames1795737600001 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndexConcurrently(queryRunner, {
      name: 'products_name_unique',
      on: 'products (name)',
      isUnique: true,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX products_name_unique');
  }
}

describe('a migration', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const dataSource = (migrations: (new () => MigrationInterface)[], url = shop.databaseUrl) => {
    const options = { ...migrationOptions(), migrations: [...MIGRATIONS, ...migrations] };
    return new MigrationDataSource(options, () => ({ url, waitSeconds: 0 })).initialize();
  };
  const run = async (...migrations: (new () => MigrationInterface)[]) => {
    const migrating = await dataSource(migrations);
    await migrating.runMigrations().finally(() => migrating.destroy());
  };
  const holdsLock = () => shop.countLocks(`locktype = 'advisory' AND granted AND objid = 2026112300`);
  const indexes = () =>
    shop.sql(`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('products_name_unique')`);

  it('that waits behind a long reader lets adds pass, and is done when the reader has ended', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    const reader = shop.dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query('SELECT FROM baskets');

    const migrated = run(AddNote1795737600000);
    for (let add = 0; add < 2; add++) {
      const isHeldUp = `mode = 'AccessExclusiveLock' AND NOT granted AND relation = 'baskets'::regclass`;
      await eventually(async () => (await shop.countLocks(isHeldUp)) === 1);
      await guest.adds(tea);
    }
    await reader.commitTransaction();
    await reader.release();

    await migrated;
    expect(await shop.count('migrations', `name = 'AddNote1795737600000'`)).toBe(1);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });

    const migrating = await dataSource([AddNote1795737600000]);
    await migrating.undoLastMigration().finally(() => migrating.destroy());
    expect(await shop.count('migrations', `name = 'AddNote1795737600000'`)).toBe(0);
  });

  it('that creates an index concurrently does not wait for other instances that wait to migrate', async () => {
    await Promise.all([
      run(FindNames1795737600001),
      run(FindNames1795737600001),
      run(FindNames1795737600001),
    ]);

    expect(await indexes()).toEqual([{ indisvalid: true }]);
    expect(await shop.count('migrations', `name = 'FindNames1795737600001'`)).toBe(1);
    expect(await holdsLock()).toBe(0);
  });

  it('that failed to create an index removes the invalid index, and creates it again', async () => {
    await shop.sql('DROP INDEX products_name_unique');
    await shop.sql(`DELETE FROM migrations WHERE name = 'FindNames1795737600001'`);
    const twins = await Promise.all([shop.product({ name: 'Twin' }), shop.product({ name: 'Twin' })]);
    await expect(run(FindNames1795737600001)).rejects.toThrow('could not create unique index');
    expect(await indexes()).toEqual([{ indisvalid: false }]);

    await shop.sql('DELETE FROM products WHERE sku = $1', [twins[0].sku]);
    await run(FindNames1795737600001);

    expect(await indexes()).toEqual([{ indisvalid: true }]);
    expect(await holdsLock()).toBe(0);
  });

  it('waits for an instance of an earlier version, which holds the lock in its session', async () => {
    const earlier = new pg.Client({ connectionString: shop.databaseUrl });
    await earlier.connect();
    await earlier.query('SELECT pg_advisory_lock(2026112300)');

    const migrated = run(AddNote1795737600000);
    const waits = `application_name = 'basketkeeper-migration-lock' AND query = 'ROLLBACK'`;
    await eventually(async () => (await shop.count('pg_stat_activity', waits)) === 1);
    expect(await shop.count('migrations', `name = 'AddNote1795737600000'`)).toBe(0);
    await earlier.end();

    await migrated;
    expect(await shop.count('migrations', `name = 'AddNote1795737600000'`)).toBe(1);
  });

  it("is run once when TypeORM's command line is started twice at once: both exit with 0", async () => {
    const empty = await createDatabase('empty');
    const args = ['--import', 'tsx', 'node_modules/typeorm/cli.js', '-d', 'ormconfig.ts', 'migration:run'];
    const env = { PATH: process.env.PATH, DATABASE_URL: empty.url };
    const start = () => promisify(execFile)(process.execPath, args, { cwd: ROOT, env });

    const [one, two] = await Promise.all([start(), start()]);

    expect(`${one.stdout}${two.stdout}`.match(/Migration CreateSchema\d+ has been executed/g)).toHaveLength(
      1,
    );
    await empty.drop();
  });
});
