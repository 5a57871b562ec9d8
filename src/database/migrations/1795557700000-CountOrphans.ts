import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CountOrphans1795557700000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE orphan_counts (
        counted_by text NOT NULL CONSTRAINT orphan_counts_pkey PRIMARY KEY
          CONSTRAINT orphan_counts_counted_by CHECK (counted_by IN ('audit', 'sweep')),
        orphans int NOT NULL,
        counted_at timestamptz NOT NULL DEFAULT now()
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE orphan_counts');
  }
}
