import { PRINTABLE } from '../http/input/printable.js';
import { decodeCursor, encodeCursor } from '../http/page/cursor.js';

/** The last product of a page, in the order of name and sku. The next page begins after it. */
export interface ProductCursor {
  name: string;
  sku: string;
}

export function encodeProductCursor({ name, sku }: ProductCursor): string {
  return encodeCursor(JSON.stringify([name, sku]));
}

/** @throws Problem `invalid-input` for anything that `encodeProductCursor` did not create */
export function decodeProductCursor(cursor: string): ProductCursor {
  return decodeCursor(cursor, (text) => {
    const keys = parse(text);
    if (!Array.isArray(keys) || keys.length !== 2) return null;
    const [name, sku] = keys as unknown[];
    return isPrintable(name) && isPrintable(sku) ? { name, sku } : null;
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function isPrintable(value: unknown): value is string {
  return typeof value === 'string' && PRINTABLE.test(value);
}
