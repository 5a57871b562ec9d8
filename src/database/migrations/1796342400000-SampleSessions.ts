import type { MigrationInterface, QueryRunner } from 'typeorm';

export class SampleSessions1796342400000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE cleanup_runs ADD sessions_living int, ADD guest_baskets_living int');
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE cleanup_runs DROP COLUMN sessions_living, DROP COLUMN guest_baskets_living',
    );
  }
}
