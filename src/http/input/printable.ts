/** Text without control characters, which PostgreSQL can't store all of, and without lone surrogates, which it can't. */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/** The same for the document: not every language knows classes of Unicode, and well-formed JSON has no lone surrogate. */
export const PRINTABLE_PATTERN = '^[^\\u0000-\\u001f\\u007f-\\u009f]*$';

/** Text of any number of lines that PostgreSQL can store. */
export const STORABLE = /^[^\0\p{Cs}]*$/u;

export const STORABLE_PATTERN = '^[^\\u0000]*$';
