import type { QueryRunner } from 'typeorm';

const FIND_INVALID = 'SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid';

/**
 * Creates an index while others write to the table. The migration needs `transaction = false`.
 *
 * It can be repeated after a failure. A failed build leaves an invalid index, which slows down
 * writes and serves no reads: it is dropped. A valid index is from a run that stopped before it
 * recorded the migration: it is kept.
 *
 * @param on the text after ON: `baskets (owner_id) WHERE …`
 */
export async function createIndexConcurrently(
  queryRunner: QueryRunner,
  { name, on, isUnique = false }: { name: string; on: string; isUnique?: boolean },
): Promise<void> {
  const invalidIndexes = (await queryRunner.query(FIND_INVALID, [name])) as object[];
  if (invalidIndexes.length > 0) await queryRunner.query(`DROP INDEX CONCURRENTLY ${name}`);
  const kind = isUnique ? 'UNIQUE INDEX' : 'INDEX';
  await queryRunner.query(`CREATE ${kind} CONCURRENTLY IF NOT EXISTS ${name} ON ${on}`);
}
