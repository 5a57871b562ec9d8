import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../config/project-folder.js';
import type { Account } from './account.js';

/**
 * Returns the folder of the embedded server: in the project, or in /var/lib if its account can't
 * enter the project.
 */
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
