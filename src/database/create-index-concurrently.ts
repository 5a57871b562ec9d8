import type { QueryRunner } from 'typeorm';

/**
 * Makes an index while others write to its table: for a migration of `transaction = false`, and again after a failure.
 *
 * A failed build leaves an invalid index, which costs every write and serves no read. A valid index comes from a run that
 * was interrupted before it recorded the migration.
 *
 * @param on what follows ON: `baskets (owner_id) WHERE …`
 */
export async function createIndexConcurrently(
  queryRunner: QueryRunner,
  { name, on, isUnique = false }: { name: string; on: string; isUnique?: boolean },
): Promise<void> {
  const invalid = 'SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid';
  const left = (await queryRunner.query(invalid, [name])) as object[];
  if (left.length > 0) await queryRunner.query(`DROP INDEX CONCURRENTLY ${name}`);
  const kind = isUnique ? 'UNIQUE INDEX' : 'INDEX';
  await queryRunner.query(`CREATE ${kind} CONCURRENTLY IF NOT EXISTS ${name} ON ${on}`);
}
