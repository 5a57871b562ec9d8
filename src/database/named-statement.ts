import pg from 'pg';
import type { DataSource } from 'typeorm';
import { poolOf } from './connection-pool.js';

/** A statement with a name: each connection parses and plans it once, and then only executes it. */
export interface NamedStatement {
  name: string;
  text: string;
}

export type StatementValue = string | number | boolean | null;

/**
 * Runs a statement on a connection of the pool, without a transaction around it and past TypeORM.
 *
 * For what every request does: planning costs PostgreSQL as much as executing, and TypeORM's way to it as much as Nest.
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
        // Closes the connection after an error: the statement may be invalid there since a migration.
        release(error ?? undefined);
        if (error) reject(error);
        else resolve(rows as T[]);
      });
      client.query(query);
    });
  });
}

/** Called once: with the rows or with the reason of a failure. */
type RowsCallback = (error: Error | null, rows: Row[]) => void;

type Row = Record<string, unknown>;

interface Column {
  name: string;
  parse: (text: string) => unknown;
}

/** What pg's connection can do and its types leave out. */
type Connection = pg.Connection & { parsedStatements: Record<string, string | undefined> };

/** The columns of the statements that a connection has described, by the name of the statement. */
const described = new WeakMap<pg.Connection, Map<string, Column[]>>();

/**
 * A query of pg's interface `Submittable`: executes a named statement.
 *
 * pg's own query lets PostgreSQL describe the columns at each execution. On one connection they never change: PostgreSQL
 * would fail with `0A000` instead. So this query asks once a connection, which saves work on both sides
 * (docs/benchmarks.md, "Requests").
 */
class PreparedQuery implements pg.Submittable {
  /** pg's client keeps account of parsed statements by these two. */
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
    // One write for all messages.
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
