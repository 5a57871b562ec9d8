import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Built beside the writes of a shop, so outside of a transaction. One that failed left an invalid index behind. */
export class FindUnpinnedCurrencies1795741100000 implements MigrationInterface {
  transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX CONCURRENTLY IF EXISTS baskets_currency_to_pin');
    await queryRunner.query(`
      CREATE INDEX CONCURRENTLY baskets_currency_to_pin ON baskets (id)
      WHERE (currency IS NULL) <> (status = 'open')`);
  }

  /** TypeORM undoes every migration within a transaction. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX baskets_currency_to_pin');
  }
}
