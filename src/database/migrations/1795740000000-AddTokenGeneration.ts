import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Ends access tokens by a number and no longer by a time.
 *
 * An instance of the previous version sets only `tokens_valid_after`, and its tokens have no
 * generation. The trigger then raises the generation, so that the tokens of this version end as
 * well. A later migration drops the trigger and `tokens_valid_after`, when no such instance runs
 * any more.
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
