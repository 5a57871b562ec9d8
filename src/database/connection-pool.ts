import type { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';
import type { DataSource } from 'typeorm';
import { ListeningClient } from './listening-client.js';

/** Returns the pool of the driver. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

/**
 * Opens connections and reads each table on each of them, before a request needs them.
 *
 * A new connection is slow at first. See docs/decisions/14-kept-connections.md.
 */
export async function fillPool(dataSource: DataSource, connections: number): Promise<void> {
  const tables = dataSource.entityMetadatas.map(({ tablePath }) => `EXISTS (SELECT FROM ${tablePath})`);
  const opened = Array.from({ length: connections }, () => dataSource.query(`SELECT ${tables.join(', ')}`));
  // A failure is no error here: the pool opens a connection again when it is needed.
  await Promise.allSettled(opened);
}

/**
 * Ends a connection in use if it receives nothing for the given time.
 *
 * PostgreSQL's timeouts end a statement that takes too long. They do not help if the server or the
 * network is silent.
 */
export function destroySilentConnections(dataSource: DataSource, milliseconds: number): void {
  const pool = poolOf(dataSource);
  const uses = new WeakMap<PoolClient, { isInUse: boolean }>();
  const setSilenceTimeout = (client: PoolClient) => {
    const use = { isInUse: true };
    uses.set(client, use);
    const socket = socketOf(client);
    // Each byte restarts the timer. A timer per use would cost time in every statement.
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

/**
 * Closes a connection at its release if the server refused a write. A new one may reach the new
 * primary.
 */
export function closeReadOnlyConnections(dataSource: DataSource): void {
  poolOf(dataSource).on('release', (_error, client: PoolClient) => {
    // The pool drops a client that ends.
    if (client instanceof ListeningClient && client.isReadOnly) void client.end();
  });
}

/**
 * Says whether the server accepts writes. Closes the connection if it does not, as on a standby.
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
