import { plainToInstance, Transform } from 'class-transformer';
import { validateSync } from 'class-validator';
import { CsvError } from './csv-error.js';
import { MAX_INT } from '../../http/input/max-int.js';
import { normaliseSku } from '../sku.js';
import { ImportedProductDto } from './imported-product.dto.js';

const DIGITS = /^\d+$/;
const SIGNED = /^[+-]?\d+$/;

/** A line of a CSV file. */
class CsvRow extends ImportedProductDto {
  @Transform(({ value }) => normaliseSku(value as string))
  declare sku: string;

  @Transform(({ value }) => toInteger(value as string))
  declare unitPriceMinor?: number;

  @Transform(({ value }) => (value === '' ? null : toInteger(value as string)))
  declare stock?: number | null;

  @Transform(({ value }) => (value === '' ? undefined : toInteger(value as string, SIGNED)))
  declare stockChange?: number;

  @Transform(({ value }) => (value === '' ? 1 : toInteger(value as string)))
  declare minQuantity?: number;

  @Transform(({ value }) => (value === '' ? null : toInteger(value as string)))
  declare maxQuantity?: number | null;

  @Transform(({ value }) => (value === '' ? 1 : toInteger(value as string)))
  declare quantityStep?: number;

  @Transform(({ value }) => (value === '' ? null : (value as string)))
  declare imageUrl?: string | null;

  @Transform(({ value }) => (value === '' ? undefined : toBoolean(value as string)))
  declare isActive?: boolean;
}

/** Reads the cells of a line by column, or returns its first error. */
export function readRow(cells: Record<string, string>): CsvRow | CsvError {
  const row = plainToInstance(CsvRow, cells);
  const [error] = validateSync(row, { stopAtFirstError: true });
  if (!error) return row;
  const { property, constraints = {} } = error;
  const cell = cells[property] ?? '';
  const explain = EXPLANATIONS[property];
  if (explain) return new CsvError(`${property} ${explain(cell.trim())}`);
  return new CsvError(Object.values(constraints)[0] ?? `${property} is not valid`);
}

/** Returns a number, or the unchanged text, which the validation then refuses. */
function toInteger(text: string, pattern = DIGITS): unknown {
  return pattern.test(text.trim()) ? Number(text) : text;
}

function toBoolean(text: string): unknown {
  const lower = text.trim().toLowerCase();
  return lower === 'true' || lower === 'false' ? lower === 'true' : text;
}

const WHOLE_NUMBER = `write a whole number from 0 to ${MAX_INT} with digits only`;
const PIECES = `write a whole number from 1 to ${MAX_INT} with digits only`;

const EXPLANATIONS: Record<string, (text: string) => string> = {
  unitPriceMinor: (text) =>
    `${numberError(text)}: ${WHOLE_NUMBER}, in the minor unit of the currency (1290 for 12.90)`,
  stock: (text) => `${numberError(text)}: ${WHOLE_NUMBER}; an empty field means no limit`,
  stockChange: (text) =>
    `${numberError(text, -MAX_INT)}: write a whole number from -${MAX_INT} to ${MAX_INT}; an empty field means no change`,
  minQuantity: (text) => `${numberError(text, 1)}: ${PIECES}; an empty field means 1`,
  maxQuantity: (text) => `${numberError(text, 1)}: ${PIECES}; an empty field means no maximum`,
  quantityStep: (text) => `${numberError(text, 1)}: ${PIECES}; an empty field means 1`,
  isActive: (text) => `is ${quote(text)}: write true or false`,
};

/** Describes a text that is not a whole number from `min` to the largest int. */
function numberError(text: string, min = 0): string {
  if (text === '') return 'is empty';
  if ((min < 0 ? SIGNED : DIGITS).test(text)) {
    return `is too ${Number(text) < min ? 'small' : 'large'} (${quote(text)})`;
  }
  if (min >= 0 && /^-\s*\d/.test(text)) return `is negative (${quote(text)})`;
  if (/^[+-]?[\d.,]+e[+-]?\d+$/i.test(text)) return `has an exponent (${quote(text)})`;
  if (/^[+-]?[\d.,\s'’]+$/.test(text)) return `has a decimal or thousands separator (${quote(text)})`;
  return `is not a number (${quote(text)})`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
