import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { type FieldError, invalidInput } from '../../http/input/validation.pipe.js';
import type { LineFault, ProductRow } from './apply-lines.js';
import { MAX_ERRORS } from './find-products-errors.js';
import type { SavedProductsDto } from './save-products.dto.js';
import { WRITE_TRIES, writeProducts } from './write-products.js';

/** Imports the products of a request. */
@Injectable()
export class BulkImport {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Creates and changes all products or none, with the same number of statements for any number of
   * products.
   *
   * @throws Problem `invalid-input` with the errors by the path of the member
   */
  async save(products: readonly ProductRow[]): Promise<SavedProductsDto> {
    const lines = products.map((row, line) => ({ line, row }));
    const write = async (manager: EntityManager) => {
      const { created, updated, faults } = await writeProducts(manager, lines);
      // The transaction is rolled back.
      if (faults.length > 0) throw invalidInput(toErrors(faults));
      return { created, updated };
    };
    return retryTransaction(this.dataSource, write, WRITE_TRIES);
  }
}

function toErrors(faults: readonly LineFault[]): FieldError[] {
  return faults.slice(0, MAX_ERRORS).map(({ line, field, message }) => ({
    field: `products[${line}].${field}`,
    message,
  }));
}
