import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidEnvironment, type Variables } from './environment-variables.js';
import { messageOf } from '../problem/error-text.js';
import { projectFolder } from './project-folder.js';

/** A line that Node, a shell, Docker and systemd read in the same way. */
const LINE = /^(#.*|[A-Za-z_]\w*=.*)?$/;

/**
 * Returns the variables of the process, and outside of production also those of `.env`.
 *
 * A variable of the process wins over the file. Production ignores the file, because somebody may
 * have left it there.
 *
 * @throws InvalidEnvironment that names each line that Node would skip. Node 20 would also skip the
 * next line
 */
export function processVariables(): Variables {
  const file = join(projectFolder(), '.env');
  if (process.env.NODE_ENV === 'production' || !existsSync(file)) return process.env;
  const problems = read(file).split(/\r?\n/).flatMap(problemOf);
  if (problems.length > 0) throw new InvalidEnvironment(problems);
  process.loadEnvFile(file);
  return process.env;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidEnvironment([`.env can't be read: ${messageOf(error)}`]);
  }
}

/** Does not print the line, because it may contain a secret. */
function problemOf(line: string, index: number): string[] {
  if (LINE.test(line)) return [];
  return [`.env line ${index + 1} must be NAME=value, without spaces around the sign, or a comment`];
}
