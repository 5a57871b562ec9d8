import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Drops the foreign key, because the cleanup had to look for the keys of each basket. */
export class LetKeysOutliveBaskets1795557600000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE idempotency_keys DROP CONSTRAINT idempotency_keys_basket_id_fkey');
    await queryRunner.query('DROP INDEX idempotency_keys_basket_id');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE idempotency_keys k SET basket_id = NULL
      WHERE basket_id IS NOT NULL AND NOT EXISTS (SELECT FROM baskets b WHERE b.id = k.basket_id);
      CREATE INDEX idempotency_keys_basket_id ON idempotency_keys (basket_id) WHERE basket_id IS NOT NULL;
      ALTER TABLE idempotency_keys
        ADD CONSTRAINT idempotency_keys_basket_id_fkey
          FOREIGN KEY (basket_id) REFERENCES baskets (id) ON DELETE SET NULL`);
  }
}
