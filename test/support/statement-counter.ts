import { DatabaseProxy } from './database-proxy.js';

const FRAME = /^\s*(BEGIN|START TRANSACTION|COMMIT|ROLLBACK|SET )/;

/** Hears every statement that reaches PostgreSQL, on its way there. */
export class StatementCounter {
  private constructor(private readonly proxy: DatabaseProxy) {}

  static async before(databaseUrl: string): Promise<StatementCounter> {
    return new StatementCounter(await DatabaseProxy.before(databaseUrl));
  }

  /** Where the application that is counted connects to. */
  get url(): string {
    return this.proxy.url;
  }

  /** What was sent while the work was done, without the frame of transactions. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.proxy.statements = [];
    await work();
    return this.proxy.statements.filter((sql) => !FRAME.test(sql));
  }

  async close(): Promise<void> {
    await this.proxy.close();
  }
}
