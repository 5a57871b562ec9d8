import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CsvError } from '../../../src/catalogue/import/csv-error.js';
import { MAX_RECORD_BYTES, readRecords } from '../../../src/catalogue/import/read-records.js';

describe('a CSV file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basketkeeper-csv-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Returns the line and the fields of each record, or the line and its error. */
  const read = async (content: string | Buffer): Promise<[number, string[] | string][]> => {
    const file = join(folder, 'file.csv');
    await writeFile(file, content);
    const records: [number, string[] | string][] = [];
    for await (const { line, fields } of readRecords(file)) {
      records.push([line, fields instanceof CsvError ? fields.message : fields]);
    }
    return records;
  };
  const linesOf = (records: [number, unknown][]) => records.map(([line]) => line);

  it.each([
    ['LF', '\n'],
    ['CR LF', '\r\n'],
    ['CR', '\r'],
  ])('has line numbers from 1, with %s and fields of several lines', async (_, end) => {
    const content = ['\ufeffa,b', '1,"x', 'y"', '', '2, z ', '3,"say ""hi"""'].join(end);

    expect(await read(content)).toEqual([
      [1, ['a', 'b']],
      [2, ['1', `x${end}y`]],
      [4, ['']],
      [5, ['2', 'z']],
      [6, ['3', 'say "hi"']],
    ]);
  });

  it('keeps a line break that lies at the border of two chunks', async () => {
    // The stream reads 65,536 bytes at once. The CR is the last of them.
    const [first, second] = ['x'.repeat(29_999), 'y'.repeat(35_535)];

    expect(await read(`${first}\n${second}\r\nz\r\n`)).toEqual([
      [1, [first]],
      [2, [second]],
      [3, ['z']],
    ]);
  });

  it.each([
    ['a quote within a field', '1,TV 55" black', 'field 2 has a quote within it'],
    ['text behind a closing quote', '1,"TV" black', 'field 2 has a quote within it'],
    ['a quote that is never closed', '1,"TV', 'the quote at the start of field 2 is never closed'],
    ['another encoding', Buffer.from('1,M\xfcsli', 'latin1'), 'not UTF-8 but probably Windows-1252'],
    ['NUL bytes', '1,\0', 'probably UTF-16'],
    ['a very long line', `1,${'x'.repeat(200_000)}`, `longer than ${MAX_RECORD_BYTES} bytes`],
  ])('has one error for %s, and reading continues with the next line', async (_, line, fault) => {
    const content = Buffer.concat([Buffer.from('a,b\n'), Buffer.from(line), Buffer.from('\n2,y\n3,z\n')]);

    const records = await read(content);

    expect(records).toEqual([
      [1, ['a', 'b']],
      [2, expect.stringContaining(fault)],
      [3, ['2', 'y']],
      [4, ['3', 'z']],
    ]);
  });

  it('has the right line number for each unclosed quote, even when a later quote seems to close it', async () => {
    const records = await read('1,"a\n2,b\n3,"c\n4,d\n5,e\n');

    expect(linesOf(records)).toEqual([1, 2, 3, 4, 5]);
    expect(records.filter(([, fields]) => typeof fields === 'string').map(([line]) => line)).toEqual([1, 3]);
  });

  it('has an error that explains a field of many spaces', async () => {
    const records = await read(`1,${' '.repeat(60_000)}x"y\n2,b\n`);

    expect(records).toEqual([
      [1, expect.stringContaining('has a quote within it')],
      [2, ['2', 'b']],
    ]);
  });

  it('has an error for an unclosed quote before the file ends, so only one record is kept in memory', async () => {
    const pipe = join(folder, 'pipe.csv');
    await promisify(execFile)('mkfifo', [pipe]);
    // Opened for reading and writing: opening a pipe for writing alone waits for a reader.
    const writer = await open(pipe, 'r+');
    const line = `${'x'.repeat(99)}\n`;
    const written = writer.write(`1,"${line.repeat((1.5 * MAX_RECORD_BYTES) / line.length)}`);
    const records = readRecords(pipe);

    const first = await records.next();

    const message = expect.stringContaining('never closed') as unknown;
    expect(first).toMatchObject({ value: { line: 1, fields: { message } } });
    await written;
    await writer.close();
    await records.return(undefined);
  });
});
