import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Account } from './account.js';

/** The project's own folder: the nearest one above this file with a package.json. */
export function projectFolder(from = import.meta.dirname): string {
  return existsSync(join(from, 'package.json')) ? from : projectFolder(dirname(from));
}

/** Where the embedded server keeps its files: in the project, or beside it where its account can't enter. */
export function embeddedHome(account: Account | undefined): string {
  const project = projectFolder();
  const home = canEnter(project, account)
    ? join(project, '.data')
    : join('/var/lib/basketkeeper', hash(project));
  mkdirSync(home, { recursive: true, mode: 0o755 });
  return home;
}

function canEnter(folder: string, account: Account | undefined): boolean {
  return !account || spawnSync('test', ['-x', folder], { ...account, cwd: '/' }).status === 0;
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
