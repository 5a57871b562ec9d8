import pg from 'pg';

/** read_only_sql_transaction: the server is a standby, or is set to refuse writes. */
const READ_ONLY = '25006';

/**
 * A client of PostgreSQL that always has a listener for `error`.
 *
 * A connection can end at any moment, also while the pool hands it to the next user. At that moment
 * the pool has removed its listener, and TypeORM has not added one yet. An `error` event without a
 * listener ends the process. Ignoring the event loses nothing: a client with a broken connection
 * refuses every later statement.
 */
export class ListeningClient extends pg.Client {
  /** True after the server has refused a write. A new connection may reach the new primary. */
  isReadOnly = false;

  constructor(config?: string | pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
    connectionOf(this).on('errorMessage', ({ code }) => {
      if (code === READ_ONLY) this.isReadOnly = true;
    });
  }
}

interface Connection {
  on(event: 'errorMessage', listener: (message: { code?: string }) => void): void;
}

function connectionOf(client: pg.Client): Connection {
  return (client as unknown as { connection: Connection }).connection;
}
