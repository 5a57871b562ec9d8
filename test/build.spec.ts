import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const FILES = [
  'ormconfig.ts',
  'package-lock.json',
  'rolldown.config.mjs',
  'tsconfig.build.json',
  'tsconfig.json',
];

/** Runs the script with tools that do nothing. The tests check when it calls them. */
describe('npm run cli', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'basketkeeper-script-'));
    for (const file of [...FILES, 'package.json', 'scripts/build.mjs'])
      cpSync(join(ROOT, file), join(folder, file));
    for (const name of ['src/command', 'web', 'node_modules/.bin', 'dist/src']) {
      mkdirSync(join(folder, name), { recursive: true });
    }
    for (const tool of ['tsc', 'rolldown', 'vite'])
      install(tool, 'mkdir -p dist/src && echo > dist/src/cli.js');
    write('src/cli.ts', 'one');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (file: string, text: string) => writeFileSync(join(folder, file), text);
  const install = (tool: string, command: string) =>
    writeFileSync(join(folder, 'node_modules/.bin', tool), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  const cli = () => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'cli'], { cwd: folder });
    return { status, stdout: String(stdout), hasBuilt: String(stderr).includes('Building') };
  };

  it('builds when a file was changed, added or removed since the last build, and only then', () => {
    expect(cli()).toEqual({ status: 0, stdout: '', hasBuilt: true });
    expect(cli()).toEqual({ status: 0, stdout: '', hasBuilt: false });

    // An archive that keeps the modification times creates a file like this.
    write('src/cli.ts', 'two');
    utimesSync(join(folder, 'src/cli.ts'), 0, 0);
    expect(cli().hasBuilt).toBe(true);
    write('src/command/new.ts', '');
    expect(cli().hasBuilt).toBe(true);
    rmSync(join(folder, 'src/command/new.ts'));
    expect(cli().hasBuilt).toBe(true);
    expect(cli().hasBuilt).toBe(false);
  });

  it('builds again after a build that failed, and runs no command before', () => {
    install('vite', 'echo why; exit 1');
    expect(cli()).toEqual({ status: 1, stdout: '', hasBuilt: true });

    install('vite', 'true');
    expect(cli()).toEqual({ status: 0, stdout: '', hasBuilt: true });
  });

  it('runs the existing build when there are no sources, as in an image', () => {
    cli();
    for (const name of ['src', 'scripts', 'web']) rmSync(join(folder, name), { recursive: true });

    expect(cli()).toEqual({ status: 0, stdout: '', hasBuilt: false });
  });
});
