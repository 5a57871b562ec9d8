import { invalidCursor } from '../http/page/invalid-cursor.js';
import { PRINTABLE } from '../http/input/printable.js';

/** The last product of a page, in the order of name and sku. The next page begins after it. */
export interface ProductCursor {
  name: string;
  sku: string;
}

export function encodeCursor({ name, sku }: ProductCursor): string {
  return Buffer.from(JSON.stringify([name, sku])).toString('base64url');
}

/** @throws Problem `invalid-input` for a text that `encodeCursor` did not create */
export function decodeCursor(text: string): ProductCursor {
  const decoded = parse(Buffer.from(text, 'base64url').toString());
  if (Array.isArray(decoded) && decoded.length === 2) {
    const [name, sku] = decoded as unknown[];
    if (isPrintable(name) && isPrintable(sku)) return { name, sku };
  }
  throw invalidCursor();
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
