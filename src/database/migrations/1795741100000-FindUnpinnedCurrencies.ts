import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently } from '../create-index-concurrently.js';

/** Built beside the writes of a shop, so outside of a transaction. */
export class FindUnpinnedCurrencies1795741100000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndexConcurrently(queryRunner, {
      name: 'baskets_currency_to_pin',
      on: `baskets (id) WHERE (currency IS NULL) <> (status = 'open')`,
    });
  }

  /** TypeORM undoes every migration within a transaction. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX baskets_currency_to_pin');
  }
}
