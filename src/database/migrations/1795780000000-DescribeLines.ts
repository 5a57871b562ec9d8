import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds columns with constant defaults, so no row is rewritten. An instance of the previous version
 * writes lines without attributes.
 */
export class DescribeLines1795780000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE basket_lines
        ADD variant text NOT NULL DEFAULT '',
        ADD attributes jsonb NOT NULL DEFAULT '{}',
        ADD is_stock_taken boolean;
      ALTER TABLE baskets
        ADD metadata jsonb NOT NULL DEFAULT '{}',
        ADD cancelled_at timestamptz;
      ALTER TABLE idempotency_keys ADD results jsonb`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE idempotency_keys DROP COLUMN results;
      ALTER TABLE baskets DROP COLUMN cancelled_at, DROP COLUMN metadata;
      ALTER TABLE basket_lines DROP COLUMN is_stock_taken, DROP COLUMN attributes, DROP COLUMN variant`);
  }
}
