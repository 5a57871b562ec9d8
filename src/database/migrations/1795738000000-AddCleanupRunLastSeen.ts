import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Nullable and without a default: an instance of the previous version never writes it. */
export class AddCleanupRunLastSeen1795738000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs ADD COLUMN last_seen_at timestamptz');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs DROP COLUMN last_seen_at');
  }
}
