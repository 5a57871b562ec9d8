import { createReadStream } from 'node:fs';

const LF = 0x0a;
const CR = 0x0d;

export interface Line {
  /** The line number in the file. The first line is 1. */
  number: number;
  /** The line with its line break. Null if it is longer than `maxBytes`. */
  bytes: Buffer | null;
}

/** Reads a file line by line in constant memory. A line ends with LF, CR LF or CR. */
export async function* readLines(file: string, maxBytes: number): AsyncGenerator<Line> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  const toLine = (bytes: Buffer): Line => {
    const line = { number: ++number, bytes: isTooLong || bytes.length > maxBytes ? null : bytes };
    isTooLong = false;
    return line;
  };
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = endOfLine(data, start); end > 0; end = endOfLine(data, start)) {
      yield toLine(data.subarray(start, end));
      start = end;
    }
    rest = data.subarray(start);
    if (rest.length <= maxBytes) continue;
    isTooLong = true;
    // A CR at the end may be the first half of a CR LF.
    rest = rest.subarray(-1);
  }
  if (rest.length > 0) yield toLine(rest);
}

/**
 * Returns the index after the line that begins at `start`, or 0 if the line is not complete yet.
 */
function endOfLine(data: Buffer, start: number): number {
  for (let at = start; at < data.length; at += 1) {
    if (data[at] === LF) return at + 1;
    if (data[at] === CR && at + 1 < data.length) return data[at + 1] === LF ? at + 2 : at + 1;
  }
  return 0;
}
