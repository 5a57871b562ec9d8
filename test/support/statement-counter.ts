import type { DataSource, Logger } from 'typeorm';

/** Hears every statement that a data source sends, and hands on nothing. */
export class StatementCounter {
  private statements: string[] = [];

  constructor(dataSource: DataSource) {
    const nothing = () => undefined;
    const logger: Logger = {
      logQuery: (sql) => void this.statements.push(sql),
      logQueryError: nothing,
      logQuerySlow: nothing,
      logSchemaBuild: nothing,
      logMigration: nothing,
      log: nothing,
    };
    dataSource.setOptions({ logger });
  }

  /** What was sent while the work was done, without the frame of transactions. */
  async during(work: () => Promise<unknown>): Promise<string[]> {
    this.statements = [];
    await work();
    return this.statements.filter((sql) => !/^(START TRANSACTION|COMMIT|ROLLBACK)/.test(sql));
  }
}
