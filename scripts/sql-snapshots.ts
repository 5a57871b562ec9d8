import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { formatSql } from './format-sql.js';
import { STATEMENTS } from './sql-statements.js';

const ROOT = join(import.meta.dirname, '..');

/** The file of a statement. Its heading is written by hand, its SQL by `npm run sql`. */
export interface SqlSnapshot {
  /** Relative to the project's folder. */
  path: string;
  /** Null if the file does not exist yet. */
  written: string | null;
  expected: string;
}

/** The comment at the beginning of a file. */
const HEADING = /^(?:--.*\n)*/;

export function readSnapshots(): SqlSnapshot[] {
  return Object.entries(STATEMENTS).flatMap(([source, statements]) =>
    Object.entries(statements).map(([name, sql]) => readSnapshot(join(dirname(source), `${name}.sql`), sql)),
  );
}

function readSnapshot(path: string, sql: string): SqlSnapshot {
  const file = join(ROOT, path);
  const written = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const [heading] = HEADING.exec(written ?? '') ?? [''];
  return { path, written, expected: `${heading}\n${formatSql(sql)}\n` };
}

/** The files of statements that are no longer in the list. */
export function findStaleSnapshots(): string[] {
  const listed = readSnapshots().map(({ path }) => path);
  const found = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.sql'))
    .map((file) => join('src', file));
  return found.filter((path) => !listed.includes(path));
}
