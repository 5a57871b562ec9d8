import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A migration that an instance of an earlier version does not survive.
 *
 * It waits for a later migration run while such an instance is connected, and all migrations after
 * it wait as well. The process serves without it. See CONTRIBUTING.md.
 */
export interface ContractingMigration extends MigrationInterface {
  /** The `application_name` of the instances that it would break. */
  readonly breaksVersion: string;
}

const FIND_CONNECTED = `
  SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 LIMIT 1`;

export function isContracting(migration: MigrationInterface): migration is ContractingMigration {
  return 'breaksVersion' in migration;
}

/** Says whether an instance is connected that the migration would break. */
export async function mustWait(
  queryRunner: QueryRunner,
  { breaksVersion }: ContractingMigration,
): Promise<boolean> {
  const connected = (await queryRunner.query(FIND_CONNECTED, [breaksVersion])) as object[];
  return connected.length > 0;
}
