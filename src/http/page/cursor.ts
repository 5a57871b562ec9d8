import { invalidInput } from '../input/validation.pipe.js';

/**
 * Makes a cursor of the text that names the last row of a page: the next page begins behind that
 * row.
 */
export function encodeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/**
 * Reads a cursor that `encodeCursor` made.
 *
 * @param parse returns null when the text names no row
 * @throws Problem `invalid-input`
 */
export function decodeCursor<Row>(cursor: string, parse: (text: string) => Row | null): Row {
  const row = parse(Buffer.from(cursor, 'base64url').toString());
  if (row !== null) return row;
  throw invalidInput([{ field: 'cursor', message: 'cursor must be the nextCursor of another page' }]);
}
