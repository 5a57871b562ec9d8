import pg from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from './connection-pool.js';

/** A statement with a name: each connection parses and plans it once. */
export interface NamedStatement {
  name: string;
  text: string;
}

export type StatementValue = string | number | boolean | null;

/**
 * Runs a statement on a connection of the pool, without a transaction and without TypeORM.
 *
 * Use it for a statement that most requests run. It saves the planning and the work of TypeORM.
 */
export async function queryNamed<T extends object>(
  dataSource: DataSource,
  statement: NamedStatement,
  values: StatementValue[],
): Promise<T[]> {
  return new Promise((resolve, reject) => {
    poolOf(dataSource).connect((refused, client, release) => {
      if (!client) return reject(refused ?? new Error('The pool has no connection'));
      const query = new PreparedQuery(statement, values, (error, rows) => {
        // Closes the connection after an error: a migration may have made the statement invalid
        // there.
        release(error ?? undefined);
        if (error) reject(error);
        else resolve(rows as T[]);
      });
      client.query(query);
    });
  });
}

/** Is called once, with the rows or with an error. */
type RowsCallback = (error: Error | null, rows: Row[]) => void;

type Row = Record<string, unknown>;

interface Column {
  name: string;
  parse: (text: string) => unknown;
}

/** The members of pg's connection that its types leave out. */
type Connection = pg.Connection & { parsedStatements: Record<string, string | undefined> };

/** The columns of the statements that a connection has described, by statement name. */
const described = new WeakMap<pg.Connection, Map<string, Column[]>>();

/**
 * A query of pg's interface `Submittable` that executes a named statement.
 *
 * pg's own query asks PostgreSQL for the columns at each execution. They never change on one
 * connection: PostgreSQL would fail with `0A000` instead. So this query asks once per connection.
 * The command `npm run bench -- requests` measures the effect (docs/benchmarks.md, "Requests").
 */
class PreparedQuery implements pg.Submittable {
  /** pg's client uses both to remember the parsed statements. */
  readonly name: string;
  readonly text: string;
  private columns: Column[] = [];
  private known = new Map<string, Column[]>();
  private readonly rows: Row[] = [];
  private failure: Error | undefined;

  constructor(
    { name, text }: NamedStatement,
    private readonly values: StatementValue[],
    readonly callback: RowsCallback,
  ) {
    this.name = name;
    this.text = text;
  }

  submit(connection: pg.Connection): void {
    const { name, text, values } = this;
    this.known = columnsOn(connection);
    const columns = this.known.get(name);
    const { stream } = connection;
    // Sends all messages in one write.
    stream.cork();
    if (!columns && !(connection as Connection).parsedStatements[name]) {
      connection.parse({ name, text, types: [] }, true);
    }
    connection.bind({ statement: name, values: values.map(toText) }, true);
    if (columns) this.columns = columns;
    else connection.describe({ type: 'P', name: '' }, true);
    connection.execute({}, true);
    connection.sync();
    stream.uncork();
  }

  handleRowDescription({ fields }: { fields: { name: string; dataTypeID: number }[] }): void {
    this.columns = fields.map(({ name, dataTypeID }) => ({
      name,
      parse: pg.types.getTypeParser(dataTypeID, 'text') as Column['parse'],
    }));
  }

  handleDataRow({ fields: texts }: { fields: (string | null)[] }): void {
    const row: Row = {};
    try {
      this.columns.forEach(({ name, parse }, index) => {
        const text = texts[index] ?? null;
        row[name] = text === null ? null : parse(text);
      });
    } catch (error) {
      this.failure = error as Error;
    }
    this.rows.push(row);
  }

  handleCommandComplete(): void {
    this.known.set(this.name, this.columns);
  }

  handleReadyForQuery(): void {
    this.callback(this.failure ?? null, this.rows);
  }

  handleError(error: Error): void {
    this.callback(error, []);
  }
}

function columnsOn(connection: pg.Connection): Map<string, Column[]> {
  const known = described.get(connection) ?? new Map<string, Column[]>();
  described.set(connection, known);
  return known;
}

function toText(value: StatementValue): string | null {
  return value === null ? null : String(value);
}
