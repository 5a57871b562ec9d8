import { isUUID } from 'class-validator';
import { decodeCursor, encodeCursor } from '../../http/page/cursor.js';

/** The last order of a page. The next page begins after it. */
export interface OrderCursor {
  /** In PostgreSQL's format, with microseconds. */
  submittedAt: string;
  id: string;
}

/**
 * Date and time, fraction, offset, then the id. PostgreSQL has no year 0 and no offset from 16
 * hours on.
 */
const CURSOR = /^((?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?\|([^|]+)$/;

export function encodeOrderCursor({ submittedAt, id }: OrderCursor): string {
  return encodeCursor(`${submittedAt}|${id}`);
}

/** @throws Problem `invalid-input` if `encodeOrderCursor` did not make the cursor */
export function decodeOrderCursor(cursor: string): OrderCursor {
  return decodeCursor(cursor, (text) => {
    const [, dateTime = '', , , , id = ''] = CURSOR.exec(text) ?? [];
    if (!isDateTime(dateTime) || !isUUID(id)) return null;
    return { submittedAt: text.slice(0, text.indexOf('|')), id };
  });
}

/** Says whether the date exists. `Date.parse` makes March 2 of February 30, so the texts differ. */
function isDateTime(text: string): boolean {
  const iso = text.replace(' ', 'T');
  const time = Date.parse(`${iso}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso);
}
