import { readFile, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

const FILE = join(import.meta.dirname, '../../docs/benchmarks.md');

/** The result of a benchmark. */
export interface Section {
  /** The arguments of the command. They also identify the section in the file. */
  name: string;
  title: string;
  /** The paragraphs about the measurement. */
  text: string[];
  header: string[];
  rows: string[][];
}

/** Prints the section and replaces it in docs/benchmarks.md. */
export async function report({ name, title, text, header, rows }: Section, postgres: string): Promise<void> {
  const today = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  const made = `${today}, ${machine}, Node ${process.versions.node}, PostgreSQL ${postgres}: \`npm run bench -- ${name}\``;
  const table = [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
  const section = [`## ${title}`, made, ...text, table].join('\n\n');
  process.stdout.write(`${section}\n`);
  const key = name.split(' ').join('-');
  const [begin, end] = [`<!-- begin ${key} -->`, `<!-- end ${key} -->`];
  const known = await readFile(FILE, 'utf8');
  const place = new RegExp(`${begin}[\\s\\S]*${end}`);
  const block = `${begin}\n\n${section}\n\n${end}`;
  const changed = place.test(known) ? known.replace(place, () => block) : `${known}\n${block}\n`;
  const style = await resolveConfig(FILE);
  await writeFile(FILE, await format(changed, { ...style, parser: 'markdown' }));
}
