import { DatabaseProxy } from './database-proxy.js';

const FRAME = /^\s*(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SET )/;

/** Records every statement that is sent to PostgreSQL. */
export class StatementCounter {
  private constructor(private readonly proxy: DatabaseProxy) {}

  static async before(databaseUrl: string): Promise<StatementCounter> {
    return new StatementCounter(await DatabaseProxy.before(databaseUrl));
  }

  /** The database URL for the counted application. */
  get url(): string {
    return this.proxy.url;
  }

  /** Returns the statements that are sent during the work, without BEGIN and COMMIT. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.proxy.statements = [];
    await work();
    return this.proxy.statements.filter((sql) => !FRAME.test(sql));
  }

  async close(): Promise<void> {
    await this.proxy.close();
  }
}
