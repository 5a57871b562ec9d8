import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';

const PASSWORD_FILE = 'app.password';

/** Reads the password of the role `app`. Only the server's account and root can read the folder. */
export function readPassword(cluster: string): string {
  return readFileSync(join(cluster, PASSWORD_FILE), 'utf8');
}

/**
 * Creates the cluster if there is none.
 *
 * Creates it in another folder and renames that, so an interrupted initdb never looks finished. If
 * two processes do this at the same time, the second rename fails. That process uses the first
 * cluster.
 */
export function ensureCluster(binaries: string, cluster: string, account: Account | undefined): void {
  if (existsSync(cluster)) return;
  const unfinished = `${cluster}.${process.pid}`;
  mkdirSync(unfinished, { mode: 0o700 });
  if (account) chownSync(unfinished, account.uid, account.gid);
  try {
    initialise(binaries, unfinished, account);
    renameSync(unfinished, cluster);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(cluster)) throw error;
  }
}

function initialise(binaries: string, folder: string, account: Account | undefined): void {
  const password = randomBytes(24).toString('base64url');
  // initdb requires an empty folder and a password file. So the file is moved into the cluster
  // later.
  const passwordFile = `${folder}.password`;
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const flags = '-U app --auth=scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin';
  const args = ['-D', folder, `--pwfile=${passwordFile}`, ...flags.split(' '), '--builtin-locale=C.UTF-8'];
  try {
    const { status, stderr } = spawnSync(join(binaries, 'initdb'), args, { ...account, cwd: '/' });
    if (status !== 0) throw new Error(`initdb failed: ${String(stderr).trim()}`);
    renameSync(passwordFile, join(folder, PASSWORD_FILE));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}
