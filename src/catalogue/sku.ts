const MAX_LENGTH = 100;

/**
 * Characters that are invisible or look like a space: control and format characters (zero width, bidi marks, soft hyphens),
 * fillers and variation selectors, every space but U+0020, characters of private use, lone surrogates. Also U+FFFD, the
 * mark of bytes that could not be decoded.
 */
const UNSEEN =
  '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Z}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}\\u2800\\ufffd';

/**
 * Words of visible characters with one space between them, and not dots alone.
 *
 * A client resolves a path that ends in `/..` before it sends the request, so such a sku would name another resource.
 */
const SKU_PATTERN = `^(?!\\.+$)[^${UNSEEN}]+( [^${UNSEEN}]+)*$`;

const SKU = new RegExp(SKU_PATTERN, 'u');

export const SKU_RULE =
  `must be 1 to ${MAX_LENGTH} visible characters in Unicode normalization form C, ` +
  'with single spaces only between them, and not dots alone';

/**
 * Describes in the OpenAPI document a sku that the API accepts.
 *
 * A looser pattern than the rule: many validators do not know Unicode properties.
 */
export const SKU_SCHEMA = {
  minLength: 1,
  maxLength: MAX_LENGTH,
  pattern: '^(?!\\.+$)[^\\u0000-\\u0020\\u007f-\\u00a0]+( [^\\u0000-\\u0020\\u007f-\\u00a0]+)*$',
};

/**
 * Says whether a value is a sku that the shop accepts.
 *
 * Different skus must look different, and each must have its own path. Otherwise somebody changes another product than the
 * one they see. Letters of two alphabets that look alike are allowed.
 */
export function isSku(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= MAX_LENGTH &&
    SKU.test(value) &&
    value === value.normalize('NFC')
  );
}

/** A sku of a file or of another database, where the same text can be written in several ways. */
export function normaliseSku(text: string): string {
  return text.normalize('NFC').trim();
}

/**
 * Says whether an earlier, less strict version can have stored this sku.
 * Its rows must stay reachable.
 */
export function isStoredSku(value: string): boolean {
  return /^(?!\.+$)[^\p{Cc}\p{Cs}]{1,100}$/u.test(value);
}
