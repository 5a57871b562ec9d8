import type { DataSource } from 'typeorm';
import { poolOf } from './connection-pool.js';

/** A statement with a name: each connection parses and plans it once, and then only executes it. */
export interface NamedStatement {
  name: string;
  text: string;
}

/**
 * Runs a statement on a connection of the pool, without a transaction around it and past TypeORM.
 *
 * For what every request does: planning costs PostgreSQL as much as executing, and TypeORM's way to it as much as Nest.
 */
export async function queryNamed<T extends object>(
  dataSource: DataSource,
  statement: NamedStatement,
  values: unknown[],
): Promise<T[]> {
  return (await poolOf(dataSource).query<T>({ ...statement, values })).rows;
}
