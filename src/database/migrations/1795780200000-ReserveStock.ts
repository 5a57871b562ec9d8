import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Adds the quantity rules of products, and the reservations of stock.
 *
 * `stock_reservations` has no foreign key to `baskets`: each removal of a basket would search for
 * its reservations. See docs/decisions/17-reservations.md.
 */
export class ReserveStock1795780200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE products
        ADD min_quantity int NOT NULL DEFAULT 1 CONSTRAINT products_min_quantity CHECK (min_quantity >= 1),
        ADD max_quantity int,
        ADD quantity_step int NOT NULL DEFAULT 1 CONSTRAINT products_quantity_step CHECK (quantity_step >= 1),
        ADD reserved int NOT NULL DEFAULT 0 CONSTRAINT products_reserved CHECK (reserved >= 0),
        ADD CONSTRAINT products_max_quantity CHECK (max_quantity / quantity_step * quantity_step >= min_quantity);
      CREATE TABLE stock_reservations (
        basket_id uuid NOT NULL,
        sku text NOT NULL CONSTRAINT stock_reservations_sku_fkey REFERENCES products (sku),
        quantity int NOT NULL CONSTRAINT stock_reservations_quantity CHECK (quantity > 0),
        expires_at timestamptz NOT NULL,
        CONSTRAINT stock_reservations_pkey PRIMARY KEY (basket_id, sku)
      );
      CREATE INDEX stock_reservations_sku_expires_at ON stock_reservations (sku, expires_at);
      CREATE INDEX stock_reservations_expires_at ON stock_reservations (expires_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE stock_reservations;
      ALTER TABLE products
        DROP COLUMN reserved, DROP COLUMN quantity_step, DROP COLUMN max_quantity, DROP COLUMN min_quantity`);
  }
}
