import type { QueryRunner } from 'typeorm';
import type { ContractingMigration } from '../contracting-migration.js';

/**
 * Drops the keys that allow one line per sku, and one basket per user beside the orders.
 *
 * An instance of the previous version needs them for its inserts. Until this migration has run,
 * attributes are refused.
 */
export class DropOldKeys1795780300000 implements ContractingMigration {
  readonly breaksVersion = 'basketkeeper';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE basket_lines
        DROP CONSTRAINT basket_lines_pkey,
        ADD CONSTRAINT basket_lines_pkey PRIMARY KEY USING INDEX basket_lines_line;
      DROP INDEX baskets_one_per_owner`);
  }

  /** Fails if a basket has two lines of one sku, or a user has two baskets beside the orders. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNIQUE INDEX baskets_one_per_owner ON baskets (owner_id) WHERE status <> 'submitted';
      ALTER TABLE basket_lines
        DROP CONSTRAINT basket_lines_pkey,
        ADD CONSTRAINT basket_lines_pkey PRIMARY KEY (basket_id, sku);
      CREATE UNIQUE INDEX basket_lines_line ON basket_lines (basket_id, sku, variant)`);
  }
}
