import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.js';

const PASSWORD_FILE = 'app.password';

/** The password of the role `app`; it lies in the cluster's own folder, which only its account and root can read. */
export function readPassword(cluster: string): string {
  return readFileSync(join(cluster, PASSWORD_FILE), 'utf8');
}

/**
 * Makes the cluster if there is none.
 *
 * It is made beside and renamed, password and all: a killed initdb never looks finished, and of two at once the
 * one that comes second finds the place taken and uses it.
 */
export function ensureCluster(binaries: string, cluster: string, account: Account | undefined): void {
  if (existsSync(cluster)) return;
  const beside = `${cluster}.${process.pid}`;
  mkdirSync(beside, { mode: 0o700 });
  if (account) chownSync(beside, account.uid, account.gid);
  try {
    initialise(binaries, beside, account);
    renameSync(beside, cluster);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(cluster)) throw error;
  }
}

function initialise(binaries: string, folder: string, account: Account | undefined): void {
  const password = randomBytes(24).toString('base64url');
  // initdb wants an empty folder, and its password in a file: the file joins the cluster afterwards.
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
