import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { messageOf } from '../../problem/error-text.js';
import type { ProductLine, ProductRow } from './apply-lines.js';
import { CsvError } from './csv-error.js';
import { type ProductColumn, readColumns, toCells } from './product-columns.js';
import { readRow } from './product-row.js';
import { type CsvRecord, readRecords } from './read-records.js';
import { WRITE_TRIES, writeProducts } from './write-products.js';

export interface ImportOptions {
  /** Imports all lines or none: one wrong line undoes the rest. */
  atomic: boolean;
  /** Stops the import before the next batch. */
  signal?: AbortSignal;
  onProgress?: (rows: number) => void;
}

/** A line that is refused. The first line of the file is 1. */
interface LineError {
  line: number;
  message: string;
}

export interface ImportReport {
  /** The number of lines whose products are in the table. */
  imported: number;
  /** In the order of the lines. */
  errors: LineError[];
  /** The number of errors that `errors` leaves out. */
  moreErrors?: number;
  /** The reason for an end before the end of the file. */
  error?: string;
}

const BATCH = 1_000;

/** Bounds the memory of the report. */
const MAX_ERRORS = 10_000;

/** Imports products from a CSV file with a header, in constant memory. */
@Injectable()
export class ProductImport {
  constructor(private readonly dataSource: DataSource) {}

  /** Imports the file. Never throws: the report also counts what was imported before a failure. */
  async import(file: string, options: ImportOptions): Promise<ImportReport> {
    const report: ImportReport = { imported: 0, errors: [] };
    try {
      if (options.atomic) await this.importAtomically(file, report, options);
      else await this.read(file, this.dataSource, report, options);
    } catch (error) {
      report.error = messageOf(error);
      if (options.atomic) report.imported = 0;
    }
    // Some errors of a batch are only known when it is written.
    report.errors.sort((a, b) => a.line - b.line);
    return report;
  }

  private async importAtomically(file: string, report: ImportReport, options: ImportOptions): Promise<void> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await queryRunner.startTransaction();
      await this.read(file, queryRunner.manager, report, options);
      if (report.errors.length > 0) report.imported = 0;
      else await commit(queryRunner);
    } finally {
      // On a broken connection the rollback fails, and the server rolls back by itself.
      if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction().catch(() => undefined);
      await queryRunner.release();
    }
  }

  private async read(
    file: string,
    parent: DataSource | EntityManager,
    report: ImportReport,
    { signal, onProgress }: ImportOptions,
  ): Promise<void> {
    const records = readRecords(file);
    try {
      const columns = await readHeader(records);
      let batch: ProductLine[] = [];
      const flush = async (): Promise<void> => {
        if (signal?.aborted) throw new Error('The import was interrupted');
        const errors = await writeBatch(parent, batch);
        for (const error of errors) addError(report, error);
        report.imported += batch.length - errors.length;
        onProgress?.(report.imported);
        batch = [];
      };
      for await (const { line, fields } of records) {
        const row = toRow(fields, columns);
        if (row instanceof CsvError) addError(report, { line, message: row.message });
        else if (row !== null) batch.push({ line, row });
        if (batch.length === BATCH) await flush();
      }
      await flush();
    } finally {
      await records.return(undefined);
    }
  }
}

/**
 * Writes a batch in a transaction of its own, or in a savepoint of the whole file's.
 *
 * Returns at most one error a line, so the other lines are those that were imported.
 *
 * @throws Error that names the lines, if the database failed
 */
async function writeBatch(
  parent: DataSource | EntityManager,
  batch: readonly ProductLine[],
): Promise<LineError[]> {
  if (batch.length === 0) return [];
  try {
    const { faults } = await retryTransaction(
      parent,
      (manager) => writeProducts(manager, batch),
      WRITE_TRIES,
    );
    const firstOfLines = faults.filter(({ line }, index) => line !== faults[index - 1]?.line);
    return firstOfLines.map(({ line, message }) => ({ line, message }));
  } catch (cause) {
    const [first, last] = [batch[0]?.line, batch.at(-1)?.line];
    throw new Error(
      `The database failed (${messageOf(cause)}): lines ${first} to ${last} may or may not be imported`,
      { cause },
    );
  }
}

/** @throws Error if there is no header, or not one of products */
async function readHeader(records: AsyncGenerator<CsvRecord>): Promise<ProductColumn[]> {
  for (;;) {
    const read = await records.next();
    if (read.done) throw new Error('The file is empty: its first line must name the columns');
    const { line, fields } = read.value;
    if (fields instanceof CsvError) {
      throw new Error(`Line ${line} must name the columns: ${fields.message}`);
    }
    if (fields.some((field) => field !== '')) return readColumns(fields, line);
  }
}

/** Returns null for a blank line. */
function toRow(fields: string[] | CsvError, columns: ProductColumn[]): ProductRow | CsvError | null {
  const cells = fields instanceof CsvError ? fields : toCells(fields, columns);
  return cells === null || cells instanceof CsvError ? cells : readRow(cells);
}

function addError(report: ImportReport, error: LineError): void {
  if (report.errors.length < MAX_ERRORS) report.errors.push(error);
  else report.moreErrors = (report.moreErrors ?? 0) + 1;
}

async function commit(queryRunner: QueryRunner): Promise<void> {
  try {
    await queryRunner.commitTransaction();
  } catch (cause) {
    throw new Error(
      `The database failed at the end (${messageOf(cause)}): all lines may be imported, or none: compare a product with the file before you import it again`,
      { cause },
    );
  }
}
