import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { parse } from 'csv-parse';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { ProductRow } from './product-row.js';
import { Product } from './product.entity.js';

export interface ImportOptions {
  /** All lines or none: a line that is wrong undoes the rest. */
  atomic: boolean;
  onProgress?: (rows: number) => void;
}

export interface ImportError {
  /** Of the file, from 1; the header is line 1. */
  line: number;
  message: string;
}

export interface ImportReport {
  imported: number;
  errors: ImportError[];
}

interface Parsed {
  record: Record<string, string>;
  info: { lines: number };
}

const BATCH = 1_000;

/** Reads products from a CSV file with a header, in constant memory, and makes or changes them. */
@Injectable()
export class ProductImport {
  constructor(private readonly dataSource: DataSource) {}

  /** @throws Error when the file can't be read, is no CSV, or its header lacks a column */
  async import(file: string, options: ImportOptions): Promise<ImportReport> {
    if (!options.atomic) return this.read(file, this.dataSource.manager, options);
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      await queryRunner.startTransaction();
      const report = await this.read(file, queryRunner.manager, options);
      if (report.errors.length === 0) await queryRunner.commitTransaction();
      return report.errors.length === 0 ? report : { ...report, imported: 0 };
    } finally {
      if (queryRunner.isTransactionActive) await queryRunner.rollbackTransaction();
      await queryRunner.release();
    }
  }

  private async read(
    file: string,
    manager: EntityManager,
    { onProgress }: ImportOptions,
  ): Promise<ImportReport> {
    const report: ImportReport = { imported: 0, errors: [] };
    const parser = parse({
      columns: readHeader,
      info: true,
      bom: true,
      trim: true,
      skip_empty_lines: true,
    });
    const save = async (rows: AsyncIterable<Parsed>): Promise<void> => {
      // By sku: of two lines of one batch with the same sku the later one holds, as it does across batches.
      let batch = new Map<string, Product>();
      const flush = async (): Promise<void> => {
        // In the order of their skus, as all locks on products are taken.
        const products = [...batch.values()].sort((one, other) => (one.sku < other.sku ? -1 : 1));
        if (products.length > 0) await manager.upsert(Product, products, ['sku']);
        batch = new Map();
        onProgress?.(report.imported);
      };
      for await (const { record, info } of rows) {
        const row = check(record, info.lines, report.errors);
        if (!row) continue;
        batch.set(row.sku, row);
        report.imported += 1;
        if (batch.size === BATCH) await flush();
      }
      await flush();
    };
    await pipeline(createReadStream(file), parser, save);
    return report;
  }
}

const REQUIRED = ['sku', 'name', 'unitPriceMinor'];
const OPTIONAL = ['description', 'imageUrl', 'stock', 'isActive'];

/** Takes the columns by the API's names or by the table's: unitPriceMinor or unit_price_minor. */
function readHeader(header: string[]): string[] {
  const columns = header.map((name) =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  );
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => ![...REQUIRED, ...OPTIONAL].includes(name));
  if (missing.length === 0 && unknown.length === 0) return columns;
  const known = `${REQUIRED.join(', ')} and, if wanted, ${OPTIONAL.join(', ')}`;
  const faults = `missing: ${missing.join(', ') || 'none'}, unknown: ${unknown.join(', ') || 'none'}`;
  throw new Error(`Line 1 must name the columns ${known}; ${faults}`);
}

/** Null, and the error noted, for a line that is wrong. */
function check(record: Record<string, string>, line: number, errors: ImportError[]): Product | null {
  const row = plainToInstance(ProductRow, record);
  const [first] = validateSync(row, { stopAtFirstError: true });
  if (!first) return row;
  errors.push({ line, message: Object.values(first.constraints ?? {})[0] ?? `${first.property} is wrong` });
  return null;
}
