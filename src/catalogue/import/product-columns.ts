import { CsvError } from './csv-error.js';
import type { Product } from '../product.entity.js';

export type ProductColumn = Exclude<keyof Product, 'reserved'> | 'stockChange';

const REQUIRED: ProductColumn[] = ['sku', 'name', 'unitPriceMinor'];
const OPTIONAL: ProductColumn[] = [
  'description',
  'imageUrl',
  'stock',
  'stockChange',
  'isActive',
  'minQuantity',
  'maxQuantity',
  'quantityStep',
];

/** The members of a product that a file or a request can have. */
export const IMPORTED_MEMBERS: readonly string[] = [...REQUIRED, ...OPTIONAL];

const NAMES = `${REQUIRED.join(', ')} and optionally ${OPTIONAL.join(', ')}`;

const OTHER_SEPARATORS: [separator: string, name: string][] = [
  [';', 'a semicolon'],
  ['\t', 'a tab'],
  ['|', 'a vertical bar'],
];

/**
 * Reads the header of a CSV file. A column can have its API name or its name in the table:
 * `unitPriceMinor` or `unit_price_minor`.
 *
 * A spreadsheet can write empty columns at the end. They are ignored.
 *
 * @throws Error that names the fault of the header
 */
export function readColumns(header: string[], line: number): ProductColumn[] {
  const names = header.slice(0, header.findLastIndex((name) => name !== '') + 1);
  const columns = names.map(toCamelCase);
  const other = OTHER_SEPARATORS.find(([separator]) => names.some((name) => name.includes(separator)));
  if (other) throw new Error(`Line ${line} is separated by ${other[1]}: the separator must be a comma`);
  const duplicate = columns.findIndex((name, index) => columns.indexOf(name) < index);
  if (duplicate >= 0) {
    const first = names[columns.indexOf(columns[duplicate] ?? '')];
    throw new Error(`Line ${line} names one column twice: ${first} and ${names[duplicate]}`);
  }
  const missing = REQUIRED.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !IMPORTED_MEMBERS.includes(name)).map((name) => name || '(empty)');
  if (missing.length > 0 || unknown.length > 0) {
    const errors = `missing: ${missing.join(', ') || 'none'}, unknown: ${unknown.join(', ') || 'none'}`;
    throw new Error(`Line ${line} must name the columns ${NAMES}; ${errors}`);
  }
  if (columns.includes('stock') && columns.includes('stockChange')) {
    throw new Error(`Line ${line} names stock, which replaces the stock, and stockChange, which adds to it`);
  }
  return columns as ProductColumn[];
}

function toCamelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Returns the fields of a record by column.
 *
 * Returns null for a blank record, which a spreadsheet writes for an empty row.
 */
export function toCells(
  fields: string[],
  columns: ProductColumn[],
): Record<string, string> | CsvError | null {
  if (fields.every((field) => field.trim() === '')) return null;
  const extra = fields.findLastIndex((field) => field !== '');
  if (fields.length < columns.length || extra >= columns.length) {
    const hint = extra >= columns.length ? ': put a field that has a comma in quotes' : '';
    return new CsvError(
      `the line has ${fields.length} fields, and the header names ${columns.length}${hint}`,
    );
  }
  return Object.fromEntries(columns.map((name, index) => [name, fields[index] ?? '']));
}
