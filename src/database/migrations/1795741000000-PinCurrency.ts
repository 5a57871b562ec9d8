import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds a column without a default, because a migration does not know `CURRENCY`. The serving
 * process fills the existing rows.
 */
export class PinCurrency1795741000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE baskets ADD currency text');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE baskets DROP COLUMN currency');
  }
}
