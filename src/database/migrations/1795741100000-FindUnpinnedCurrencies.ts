import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently } from '../create-index-concurrently.js';

/** The index is built while the shop writes, so there is no transaction. */
export class FindUnpinnedCurrencies1795741100000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndexConcurrently(queryRunner, {
      name: 'baskets_currency_to_pin',
      on: `baskets (id) WHERE (currency IS NULL) <> (status = 'open')`,
    });
  }

  /** Not CONCURRENTLY: TypeORM reverts every migration in a transaction. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX baskets_currency_to_pin');
  }
}
