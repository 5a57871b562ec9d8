import { format } from 'sql-formatter';

const WIDTH = 100;

/** The first line of a part: the keyword of a clause, an open parenthesis, or a CASE. */
const OPENING = /(?:^\s*[A-Z]+(?: [A-Z]+)*|\(|\bCASE)$/;
const CLOSING = /^(?:\)|END\b)/;

/** Formats a statement, with each part on one line where it fits. */
export function formatSql(sql: string): string {
  const formatted = format(sql, { language: 'postgresql', expressionWidth: WIDTH });
  const lines = formatted.replace(/ON\nCOMMIT\nDROP/, 'ON COMMIT DROP').split('\n');
  // From the end, so that inner parts come before the outer ones.
  for (let at = lines.length - 1; at >= 0; at--) {
    const count = countParts(lines, at);
    const joined = join(lines.slice(at, at + count));
    if (joined.length <= WIDTH && !/--|\/\*/.test(joined)) lines.splice(at, count, joined);
  }
  return lines.join('\n');
}

/** Counts the lines of a part: its first line, the deeper lines, and the line that closes it. */
function countParts(lines: string[], at: number): number {
  const line = lines[at] ?? '';
  if (!OPENING.test(line)) return 1;
  const depth = depthOf(line);
  let end = at + 1;
  while (end < lines.length && depthOf(lines[end] ?? '') > depth) end += 1;
  const isClosed = /(?:\(|\bCASE)$/.test(line) && CLOSING.test((lines[end] ?? '').trim());
  return end - at + (isClosed ? 1 : 0);
}

function join(lines: string[]): string {
  return lines.reduce((text, line) => {
    const part = line.trim();
    return text.endsWith('(') || part.startsWith(')') ? text + part : `${text} ${part}`;
  });
}

const depthOf = (line: string): number => line.search(/\S|$/);
