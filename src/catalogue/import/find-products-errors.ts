import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { type FieldError, unknownMembers } from '../../http/input/validation.pipe.js';
import { findTwoStocksFault } from '../product-changes.js';
import { ImportedProductDto } from './imported-product.dto.js';
import { IMPORTED_MEMBERS } from './product-columns.js';

type Members = Record<string, unknown>;

export const MAX_PRODUCTS = 1_000;

/** A body can have more errors than a client reads. */
export const MAX_ERRORS = 100;

/**
 * Returns the errors of a body with several products, by the path of the member:
 * `products[3].name`.
 *
 * class-validator would check every element before it refuses a list that is too long, and it
 * accepts an empty array as an element.
 */
export function findProductsErrors(body: unknown): FieldError[] {
  const { products, ...others } = isMembers(body) ? body : {};
  const errors = unknownMembers(others);
  if (Array.isArray(products) && products.length >= 1 && products.length <= MAX_PRODUCTS) {
    errors.push(...products.flatMap((product, index) => findErrors(product, `products[${index}]`)));
    errors.push(...findRepeated(products));
  } else {
    errors.push({ field: 'products', message: `products must be an array of 1 to ${MAX_PRODUCTS} products` });
  }
  return errors.slice(0, MAX_ERRORS);
}

function findErrors(product: unknown, path: string): FieldError[] {
  if (!isMembers(product)) return [{ field: path, message: 'a product must be an object' }];
  const row = plainToInstance(ImportedProductDto, product);
  const errors = validateSync(row, { stopAtFirstError: true }).flatMap(({ property, constraints = {} }) =>
    Object.values(constraints).map((message) => ({ field: `${path}.${property}`, message })),
  );
  const twoStocks = findTwoStocksFault(row);
  if (twoStocks !== null) errors.push({ field: `${path}.stockChange`, message: twoStocks });
  const unknown = Object.entries(product).filter(([name]) => !IMPORTED_MEMBERS.includes(name));
  return [...errors, ...unknownMembers(Object.fromEntries(unknown), `${path}.`)];
}

/** Names the second product of a sku, and each further one. */
function findRepeated(products: readonly unknown[]): FieldError[] {
  const first = new Map<unknown, number>();
  const errors: FieldError[] = [];
  for (const [index, product] of products.entries()) {
    if (!isMembers(product) || typeof product.sku !== 'string') continue;
    const before = first.get(product.sku);
    if (before === undefined) first.set(product.sku, index);
    else errors.push({ field: `products[${index}].sku`, message: `sku is that of products[${before}]` });
  }
  return errors;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
