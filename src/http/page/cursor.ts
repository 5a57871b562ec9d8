import { invalidInput } from '../input/validation.pipe.js';

/** Makes a cursor from the key of the last row of a page. The next page starts after that row. */
export function encodeCursor(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/**
 * Reads a cursor that `encodeCursor` made.
 *
 * @param parse returns null if the text is not a key
 * @throws Problem `invalid-input`
 */
export function decodeCursor<Row>(cursor: string, parse: (text: string) => Row | null): Row {
  const row = parse(Buffer.from(cursor, 'base64url').toString());
  if (row !== null) return row;
  throw invalidInput([{ field: 'cursor', message: 'cursor must be the nextCursor of another page' }]);
}
