import { isAttributes } from '../basket/query/attributes.js';
import type { Attributes } from '../basket/query/line-id.js';

/** The code of an option, and its value as JSON. Null where the old shop has none. */
export type OscarOption = [code: string | null, value: string | null];

const EMPTY = new Set(['null', '[]', '{}']);

/** Replaces bytes that could not be decoded. */
const REPLACEMENT = '\ufffd';

/**
 * Returns the attributes of a line from its options in the old shop. Returns null if no line can
 * have them, or if one option has two values.
 *
 * Options that the shopper left empty are left out, so they can all be missing.
 */
export function readOptions(options: OscarOption[]): Attributes | null {
  const attributes = new Map<string, string>();
  for (const [code, json] of options) {
    const value = readValue(json ?? 'null');
    if (value === '') continue;
    if (code === null || value === null || value !== (attributes.get(code) ?? value)) return null;
    attributes.set(code, value);
  }
  const read = Object.fromEntries(attributes);
  return isAttributes(read) ? read : null;
}

/** Returns an empty text for Django's empty values, and null for a value that can't be read. */
function readValue(json: string): string | null {
  try {
    const value: unknown = JSON.parse(json);
    const text = typeof value === 'string' ? value : withoutSpaces(json);
    if (text.includes(REPLACEMENT)) return null;
    return typeof value !== 'string' && EMPTY.has(text) ? '' : text;
  } catch {
    return null;
  }
}

/**
 * Removes the spaces between the values. `JSON.stringify` would change numbers: an engraved `1.50`
 * is a number in the later versions of django-oscar.
 */
function withoutSpaces(json: string): string {
  return json.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}
