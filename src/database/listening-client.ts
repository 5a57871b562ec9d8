import pg from 'pg';

/** read_only_sql_transaction: the server is a standby, or was told to take no writes. */
const READ_ONLY = '25006';

/**
 * A client of PostgreSQL that has a listener for `error` from its birth to its end.
 *
 * A connection can end at any moment, also while the pool hands it from one user to the next. The pool removes its own
 * listener then, and TypeORM adds one a microtask later. An `error` event without a listener ends the process. Nothing is
 * lost by ignoring the event here: a client with a broken connection refuses every later statement.
 */
export class ListeningClient extends pg.Client {
  /** Whether the server has refused a write. A new connection may lead to the new primary. */
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
