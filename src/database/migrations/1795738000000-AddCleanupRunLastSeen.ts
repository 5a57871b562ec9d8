import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Adds a nullable column, because an instance of the previous version does not write it. */
export class AddCleanupRunLastSeen1795738000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs ADD COLUMN last_seen_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs DROP COLUMN last_seen_at');
  }
}
