import { CsvError } from './csv-error.js';
import { type Line, readLines } from './read-lines.js';
import { splitFields } from './split-fields.js';

export interface CsvRecord {
  /** The number of its first line. */
  line: number;
  fields: string[] | CsvError;
}

/** Enough for a product with the longest valid fields, even in quotes. */
export const MAX_RECORD_BYTES = 65_536;

const SAVE_AS = 'save the file as UTF-8 ("CSV UTF-8" in Excel)';
const NOT_UTF8 = new CsvError(`the text is not UTF-8 but probably Windows-1252: ${SAVE_AS}`);
const HAS_NUL = new CsvError(`the text has NUL bytes, so it is probably UTF-16: ${SAVE_AS}`);
const TOO_LONG = new CsvError(`the line is longer than ${MAX_RECORD_BYTES} bytes`);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the records of a CSV file in constant memory.
 *
 * After a line with an error the next record starts at the next line. Otherwise one open quote
 * would swallow the rest of the file.
 *
 * @throws Error if the file can't be read
 */
export async function* readRecords(file: string): AsyncGenerator<CsvRecord> {
  const lines = readLines(file, MAX_RECORD_BYTES);
  const ahead: Line[] = [];
  const next = async (): Promise<Line | undefined> => {
    if (ahead.length > 0) return ahead.shift();
    const read = await lines.next();
    return read.done ? undefined : read.value;
  };
  try {
    for (let first = await next(); first; first = await next()) {
      const { record, more } = await readRecord(first, next);
      yield record;
      if (record.fields instanceof CsvError) ahead.unshift(...more);
    }
  } finally {
    await lines.return(undefined);
  }
}

/** Reads further lines while a quote is open, and returns them with the record. */
async function readRecord(
  first: Line,
  next: () => Promise<Line | undefined>,
): Promise<{ record: CsvRecord; more: Line[] }> {
  const line = first.number;
  const more: Line[] = [];
  const start = decode(first);
  if (start instanceof CsvError) return { record: { line, fields: start }, more };
  let text = start;
  let isOpen = hasUnbalancedQuotes(start);
  while (isOpen) {
    const following = await next();
    if (!following) break;
    more.push(following);
    const decoded = decode(following);
    if (decoded instanceof CsvError || text.length + decoded.length > MAX_RECORD_BYTES) break;
    text += decoded;
    isOpen = isOpen !== hasUnbalancedQuotes(decoded);
  }
  return { record: { line, fields: splitFields(text) }, more };
}

function decode({ number, bytes }: Line): string | CsvError {
  if (bytes === null) return TOO_LONG;
  if (bytes.includes(0)) return HAS_NUL;
  try {
    const text = utf8.decode(bytes);
    return number === 1 ? text.replace(/^\ufeff/, '') : text;
  } catch {
    return NOT_UTF8;
  }
}

function hasUnbalancedQuotes(text: string): boolean {
  let isOdd = false;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}
