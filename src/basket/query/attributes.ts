import { STORABLE } from '../../http/input/printable.js';
import type { Attributes } from './line-id.js';

export const MAX_ATTRIBUTES = 20;
export const MAX_VALUE_LENGTH = 500;
/** In bytes of the JSON in UTF-8. */
const MAX_ATTRIBUTES_BYTES = 4_096;
export const ATTRIBUTE_NAME = '^[A-Za-z0-9_.-]{1,40}$';

const NAME = new RegExp(ATTRIBUTE_NAME);

export const ATTRIBUTES_RULE =
  `must be an object with at most ${MAX_ATTRIBUTES} names of 1 to 40 characters (A-Z a-z 0-9 _ . -), ` +
  `values of text with at most ${MAX_VALUE_LENGTH} characters, and ${MAX_ATTRIBUTES_BYTES / 1_024} kB together`;

/** Says whether a value can be the attributes of a line. Length is in UTF-16 units. */
export function isAttributes(value: unknown): value is Attributes {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_ATTRIBUTES &&
    entries.every(([name, text]) => NAME.test(name) && isAttributeValue(text)) &&
    Buffer.byteLength(JSON.stringify(value)) <= MAX_ATTRIBUTES_BYTES
  );
}

function isAttributeValue(text: unknown): boolean {
  return typeof text === 'string' && text.length <= MAX_VALUE_LENGTH && STORABLE.test(text);
}
