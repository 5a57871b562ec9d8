import { isUUID } from 'class-validator';
import { invalidInput } from '../problem/validation.pipe.js';

/** The last order of a page: the next one begins behind it. */
export interface OrderCursor {
  /** As PostgreSQL writes it, with microseconds. */
  submittedAt: string;
  id: string;
}

export function encodeOrderCursor({ submittedAt, id }: OrderCursor): string {
  return Buffer.from(`${submittedAt}|${id}`).toString('base64url');
}

/** @throws Problem `invalid-input` for anything that `encodeOrderCursor` did not make */
export function decodeOrderCursor(text: string): OrderCursor {
  const [submittedAt = '', id] = Buffer.from(text, 'base64url').toString().split('|');
  const isTime = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?$/.test(submittedAt);
  if (isTime && !Number.isNaN(Date.parse(submittedAt.replace(/([+-]\d\d)$/, '$1:00'))) && isUUID(id)) {
    return { submittedAt, id };
  }
  throw invalidInput([{ field: 'cursor', message: 'cursor must be the nextCursor of another page' }]);
}
