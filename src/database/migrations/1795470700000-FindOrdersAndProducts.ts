import type { MigrationInterface, QueryRunner } from 'typeorm';

export class FindOrdersAndProducts1795470700000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX baskets_submitted_at ON baskets (submitted_at, id) WHERE submitted_at IS NOT NULL;
      CREATE INDEX baskets_owner_id_submitted_at ON baskets (owner_id, submitted_at, id)
        WHERE submitted_at IS NOT NULL;
      CREATE INDEX baskets_frozen_at ON baskets (frozen_at) WHERE frozen_at IS NOT NULL;
      CREATE INDEX products_name_sku ON products (name, sku) WHERE is_active;
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE INDEX products_search ON products USING gin (name gin_trgm_ops, sku gin_trgm_ops)`);
  }

  /** Keeps the extension: it may have existed before, and others may use it. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX products_search, products_name_sku, baskets_frozen_at, baskets_owner_id_submitted_at,
        baskets_submitted_at`);
  }
}
