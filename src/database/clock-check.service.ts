import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Problem } from '../problem/problem.js';
import { clocksDiffer, type ClockReading, startReading } from './clock-reading.js';
import { DATABASE_NOW } from './database-clock.js';

/** The column that `queryChecked` requires: the database's time of the statement. */
export const DATABASE_AT = `${DATABASE_NOW}::float8 AS "databaseAt"`;

/**
 * Compares the clocks of the database and of this process.
 *
 * Removals use the database's time. If that clock is wrong, they would remove baskets of active
 * guests. Nobody knows which clock is wrong, so nothing is removed while the clocks differ. See
 * docs/decisions/11-database-clock.md.
 */
@Injectable()
export class ClockCheck {
  private readonly logger = new Logger(ClockCheck.name);
  private didDiffer = false;

  constructor(private readonly dataSource: DataSource) {}

  /** Reads both clocks. Logs once when they start to differ, and once when they agree again. */
  async read(): Promise<ClockReading> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      // Connects first: a wait for the connection would make the reading less exact.
      await queryRunner.connect();
      const toReading = startReading();
      const [row] = await queryRunner.manager.query<[{ databaseAt: number }]>(`SELECT ${DATABASE_AT}`);
      return this.log(toReading(row.databaseAt));
    } finally {
      await queryRunner.release();
    }
  }

  /** @throws Problem `clock-differs` */
  async assertAgreement(): Promise<void> {
    assertAgreement(await this.read());
  }

  /**
   * Runs a statement that removes rows. It must return one row with the column DATABASE_AT.
   *
   * @throws Problem `clock-differs`, so the caller's transaction is rolled back
   */
  async queryChecked<T>(manager: EntityManager, sql: string, values: unknown[]): Promise<T> {
    const toReading = startReading();
    const [row] = await manager.query<[T & { databaseAt: number }]>(sql, values);
    assertAgreement(this.log(toReading(row.databaseAt)));
    return row;
  }

  private log(reading: ClockReading): ClockReading {
    const differs = clocksDiffer(reading);
    if (differs === this.didDiffer) return reading;
    this.didDiffer = differs;
    if (differs) this.logger.warn(describe(reading));
    else this.logger.log('The clocks of the database and of this process agree again: the cleanup runs.');
    return reading;
  }
}

function assertAgreement(reading: ClockReading): void {
  if (clocksDiffer(reading)) throw new Problem('clock-differs', describe(reading));
}

function describe({ databaseAt, processAt }: ClockReading): string {
  const [database, process] = [databaseAt, processAt].map((at) => new Date(at).toISOString());
  return `The database's clock says ${database}, the clock of this process says ${process}. No cleanup runs until they agree within a minute.`;
}
