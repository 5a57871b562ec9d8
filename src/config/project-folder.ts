import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Returns the project's folder: the nearest one above this file with a package.json.
 *
 * This works in the source and in the built program.
 */
export function projectFolder(from = import.meta.dirname): string {
  return existsSync(join(from, 'package.json')) ? from : projectFolder(dirname(from));
}
