const MAX_LENGTH = 100;

/**
 * Characters that are invisible or look like a space: control and format characters (zero width,
 * bidi marks, soft hyphens), fillers and variation selectors, every space but U+0020, private use
 * characters, lone surrogates. Also U+FFFD, which replaces bytes that could not be decoded.
 */
const INVISIBLE =
  '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Z}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\u2800\\ufffd';

/**
 * Words of visible characters with one space between them, but not dots alone.
 *
 * A client resolves a path that ends in `/..` before it sends the request. Such a sku would name
 * another resource.
 */
const SKU_PATTERN = `^(?!\\.+$)[^${INVISIBLE}]+( [^${INVISIBLE}]+)*$`;

const SKU = new RegExp(SKU_PATTERN, 'u');

export const SKU_RULE =
  `must be 1 to ${MAX_LENGTH} visible characters in Unicode normalization form C, ` +
  'with single spaces only between them, and not dots alone';

/**
 * Describes an accepted sku in the OpenAPI document.
 *
 * The pattern is looser than the rule, because many validators do not know Unicode properties.
 */
export const SKU_SCHEMA = {
  minLength: 1,
  maxLength: MAX_LENGTH,
  pattern: '^(?!\\.+$)[^\\u0000-\\u0020\\u007f-\\u00a0]+( [^\\u0000-\\u0020\\u007f-\\u00a0]+)*$',
};

/**
 * Says whether the shop accepts a value as a sku.
 *
 * Different skus must look different and have different paths. Otherwise an admin could change
 * another product than the one on the screen. Similar letters of two alphabets are allowed.
 */
export function isSku(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= MAX_LENGTH &&
    SKU.test(value) &&
    value === value.normalize('NFC')
  );
}

/**
 * Normalises a sku from a file or another database, where one text can be written in several ways.
 */
export function normaliseSku(text: string): string {
  return text.normalize('NFC').trim();
}

/**
 * Says whether an earlier, less strict version can have stored this sku. Its rows must stay
 * reachable.
 */
export function isStoredSku(value: string): boolean {
  return /^(?!\.+$)[^\p{Cc}\p{Cs}]{1,100}$/u.test(value);
}
