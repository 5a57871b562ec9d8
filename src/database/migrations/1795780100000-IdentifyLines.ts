import type { MigrationInterface, QueryRunner } from 'typeorm';
import { createIndexConcurrently } from '../create-index-concurrently.js';

/**
 * Builds the later keys of lines and open baskets while the shop writes, so there is no
 * transaction. `DropOldKeys` then drops the earlier keys.
 */
export class IdentifyLines1795780100000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await createIndexConcurrently(queryRunner, {
      name: 'basket_lines_line',
      on: 'basket_lines (basket_id, sku, variant)',
      isUnique: true,
    });
    await createIndexConcurrently(queryRunner, {
      name: 'baskets_one_open_per_owner',
      on: `baskets (owner_id) WHERE status = 'open'`,
      isUnique: true,
    });
    await createIndexConcurrently(queryRunner, {
      name: 'baskets_frozen_of_owner',
      on: `baskets (owner_id, frozen_at) WHERE status = 'frozen'`,
    });
  }

  /** Not CONCURRENTLY: TypeORM reverts every migration in a transaction. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DROP INDEX baskets_frozen_of_owner, baskets_one_open_per_owner, basket_lines_line',
    );
  }
}
