import { CsvError } from './csv-error.js';

/** A field in quotes, in which each quote is doubled, or a field without quotes (RFC 4180). */
const FIELD = /(?:[ \t]*"([^"]*(?:""[^"]*)*)"[ \t]*|([^",\r\n]*))(?=,|\r?\n?$)/y;
const NEVER_CLOSED = /[ \t]*"[^"]*(?:""[^"]*)*$/y;
const LINE_BREAK = /\r?\n?$/y;

/**
 * Splits a record of a CSV file into fields, or returns its error. Spaces around a field are
 * removed.
 */
export function splitFields(record: string): string[] | CsvError {
  const fields: string[] = [];
  for (let at = 0; ; at += 1) {
    const field = matchAt(FIELD, record, at);
    if (!field) return errorAt(record, at, fields.length + 1);
    fields.push(field[1]?.replaceAll('""', '"') ?? (field[2] ?? '').trim());
    at += field[0].length;
    if (matchAt(LINE_BREAK, record, at)) return fields;
  }
}

function errorAt(record: string, at: number, field: number): CsvError {
  if (matchAt(NEVER_CLOSED, record, at)) {
    return new CsvError(`the quote at the start of field ${field} is never closed`);
  }
  return new CsvError(
    `field ${field} has a quote within it: put the whole field in quotes, and write each quote in it twice`,
  );
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
