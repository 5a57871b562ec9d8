import type { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { ListeningClient } from './listening-client.js';

/** The driver's own, which TypeORM works with. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * Opens so many connections at once, before anybody waits for one, and shows each the tables.
 *
 * The pool opens one for each that waits, all at the same time: while the cleanup had the only one, visitors waited
 * 250 ms at the 99th percentile for eight that were opened then, instead of 15 to 30. To connect takes 24 ms, and the first
 * statement 12 instead of 25 on one that has seen the tables.
 */
export async function fillPool(dataSource: DataSource, connections: number): Promise<void> {
  const tables = dataSource.entityMetadatas.map(({ tablePath }) => `EXISTS (SELECT FROM ${tablePath})`);
  const opened = Array.from({ length: connections }, () => dataSource.query(`SELECT ${tables.join(', ')}`));
  // One that can't be opened now is opened when it is needed, or its failure is told to whoever needs it.
  await Promise.allSettled(opened);
}

/**
 * Ends a connection in use over which nothing comes for so long.
 *
 * PostgreSQL's own limits end what takes long while it answers; this is for one that does not answer at all, or a network
 * that swallows everything.
 */
export function destroySilentConnections(dataSource: DataSource, milliseconds: number): void {
  const pool = poolOf(dataSource);
  const uses = new WeakMap<PoolClient, { isInUse: boolean }>();
  const setSilenceTimeout = (client: PoolClient) => {
    const use = { isInUse: true };
    uses.set(client, use);
    const socket = socketOf(client);
    // Each byte starts the time again. To start and stop it for each use would cost every statement.
    socket.setTimeout(milliseconds).on('timeout', () => {
      if (use.isInUse) socket.destroy(new Error('Connection terminated: the database does not answer'));
    });
    return use;
  };
  pool.on('acquire', (client) => ((uses.get(client) ?? setSilenceTimeout(client)).isInUse = true));
  pool.on('release', (_error, client) => {
    const use = uses.get(client);
    if (use) use.isInUse = false;
  });
}

/** Closes a released connection that was refused a write. A new one may reach the new primary. */
export function closeReadOnlyConnections(dataSource: DataSource): void {
  poolOf(dataSource).on('release', (_error, client: PoolClient) => {
    // The pool removes a client that ends.
    if (client instanceof ListeningClient && client.isReadOnly) void client.end();
  });
}

/**
 * Says whether the server accepts writes. A standby does not, and the connection to it is closed.
 *
 * `transaction_read_only` is on during recovery, whatever `default_transaction_read_only` says.
 */
export async function acceptsWrites(dataSource: DataSource): Promise<boolean> {
  const client = await poolOf(dataSource).connect();
  let isReadOnly = true;
  try {
    const sql = `SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean AS "isReadOnly"`;
    const { rows } = await client.query<{ isReadOnly: boolean }>(sql);
    isReadOnly = rows[0]?.isReadOnly ?? true;
  } finally {
    client.release(isReadOnly);
  }
  return !isReadOnly;
}

function socketOf(client: PoolClient): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
