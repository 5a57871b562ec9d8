import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of rate-limiter-flexible. UNLOGGED, because it may be empty after a crash. */
export class LimitLogins1795644000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE UNLOGGED TABLE login_attempts (
        key varchar(255) NOT NULL CONSTRAINT login_attempts_pkey PRIMARY KEY,
        points int NOT NULL DEFAULT 0,
        expire bigint
      )`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP TABLE login_attempts');
  }
}
