import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The first name of this migration. Its stamp was in the future, so every later migration would
 * have sorted before it.
 */
const FIRST_NAME = 'SampleSessions1796342400000';

/**
 * An instance of the previous version looks for the first name, and must not migrate again. This
 * row has the id 0, because `db:revert` takes the row with the highest id.
 */
const KEEP_FIRST_NAME = `
  INSERT INTO migrations (id, timestamp, name) VALUES (0, 1796342400000, '${FIRST_NAME}') ON CONFLICT DO NOTHING`;

export class SampleSessions1795651200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs ADD sessions_living int, ADD guest_baskets_living int');
    await queryRunner.query(KEEP_FIRST_NAME);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE cleanup_runs DROP COLUMN sessions_living, DROP COLUMN guest_baskets_living',
    );
    await queryRunner.query(`DELETE FROM migrations WHERE id = 0 AND name = '${FIRST_NAME}'`);
  }
}

/** Renames the row of a database that ran this migration under its first name. Can be repeated. */
export async function renameSampleSessions(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable('migrations'))) return;
  const [, renamed] = (await queryRunner.query(
    `UPDATE migrations SET name = 'SampleSessions1795651200000', timestamp = 1795651200000
     WHERE name = '${FIRST_NAME}' AND id > 0`,
  )) as [unknown, number];
  if (renamed > 0) await queryRunner.query(KEEP_FIRST_NAME);
}
