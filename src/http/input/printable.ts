/**
 * Text without control characters and lone surrogates. PostgreSQL can store neither NUL nor lone
 * surrogates.
 */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/**
 * The same rule for the OpenAPI document. It uses no Unicode classes, because some languages lack
 * them. Well-formed JSON has no lone surrogate.
 */
export const PRINTABLE_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** Text that PostgreSQL can store, with line breaks. */
export const STORABLE = /^[^\0\p{Cs}]*$/u;

export const STORABLE_PATTERN = '^[^\\u0000]*$';
