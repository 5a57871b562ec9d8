import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A CSV file in a temporary folder. */
export class CsvFile {
  private constructor(private readonly folder: string) {}

  static async open(): Promise<CsvFile> {
    return new CsvFile(await mkdtemp(join(tmpdir(), 'basketkeeper-csv-')));
  }

  /** Replaces the content and returns the path. */
  async write(content: string | Buffer): Promise<string> {
    const path = join(this.folder, 'file.csv');
    await writeFile(path, content);
    return path;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
