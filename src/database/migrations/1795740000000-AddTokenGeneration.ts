import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Access tokens end by a count and no longer by a time.
 *
 * An instance of the previous version sets `tokens_valid_after` alone, and its tokens have no generation. The trigger
 * raises the generation then, so that tokens of this version end as well. A later migration, when no such instance
 * runs any more, drops the trigger together with `tokens_valid_after`.
 */
export class AddTokenGeneration1795740000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE users ADD token_generation int NOT NULL DEFAULT 0;
      CREATE FUNCTION raise_token_generation() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          NEW.token_generation := OLD.token_generation + 1;
          RETURN NEW;
        END
      $$;
      CREATE TRIGGER users_raise_token_generation BEFORE UPDATE OF tokens_valid_after ON users FOR EACH ROW
        WHEN (
          NEW.tokens_valid_after IS DISTINCT FROM OLD.tokens_valid_after
          AND NEW.token_generation = OLD.token_generation
        )
        EXECUTE FUNCTION raise_token_generation()`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TRIGGER users_raise_token_generation ON users;
      DROP FUNCTION raise_token_generation;
      ALTER TABLE users DROP COLUMN token_generation`);
  }
}
