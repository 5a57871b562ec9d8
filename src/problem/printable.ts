/** Text without control characters, which PostgreSQL can't store all of, and without lone surrogates, which it can't. */
export const PRINTABLE = /^[^\p{Cc}\p{Cs}]*$/u;

/** Text of any number of lines that PostgreSQL can store. */
export const STORABLE = /^[^\0\p{Cs}]*$/u;
