import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '../../src/config/environment.js';
import { type Build, copyOfBuild } from '../support/build.js';
import { Program } from '../support/program.js';

describe('.env', () => {
  let project: Build;
  let file: string;
  beforeAll(async () => {
    project = await copyOfBuild();
    file = join(project.folder, '.env');
  });
  afterAll(() => project.remove());

  /** Returns the problems that the start, or a command, reports. */
  const problemsOf = async (text: string, variables: Record<string, string> = {}) => {
    writeFileSync(file, text);
    const { code, stderr } = await Program.run('main', [], variables, project.folder).ends();
    expect(code).toBe(1);
    return stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { message: string }).message);
  };

  it('provides the variables that the process does not have', async () => {
    const text = '# comment\n\nPORT=of the file\nCURRENCY=of the file\r\n';

    expect(await problemsOf(text, { CURRENCY: 'of the process' })).toEqual([
      expect.stringMatching(/^PORT .*"of the file"$/),
      expect.stringMatching(/^CURRENCY .*"of the process"$/),
    ]);
  });

  it('is not read in production', async () => {
    const problems = await problemsOf('PORT=of the file\n', { NODE_ENV: 'production', JWT_SECRET: 'short' });

    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'SESSION_SECRET',
      'JWT_SECRET',
    ]);
  });

  it('is refused when a line has another form, and the error names the line without its value', async () => {
    const problems = await problemsOf('PORT=3000\nJWT_SECRET = secret-word\nexport HOST=::1\nsecret-word\n');

    expect(problems.map((problem) => problem.split(' must ')[0])).toEqual([
      '.env line 2',
      '.env line 3',
      '.env line 4',
    ]);
    expect(problems.join()).not.toContain('secret-word');
  });

  it('is refused with one sentence when it is a folder', async () => {
    rmSync(file, { force: true });
    mkdirSync(file);

    const { code, stderr } = await Program.run('cli', ['sessions:clear'], {}, project.folder).ends();

    expect(code).toBe(1);
    expect(stderr).toMatch(/^The environment is not valid:\n {2}\.env can't be read: EISDIR.*\n$/);
    rmSync(file, { recursive: true });
  });

  it('is read by commands as well', async () => {
    writeFileSync(file, 'CLEANUP_BATCH_SIZE=of the file\n');

    const { code, stderr } = await Program.run('cli', ['sessions:clear'], {}, project.folder).ends();

    expect([code, stderr]).toEqual([1, expect.stringContaining('CLEANUP_BATCH_SIZE')]);
  });
});

describe('.env.example', () => {
  const lines = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8')
    .trimEnd()
    .split('\n');
  const entries = lines.filter((line) => /^\w/.test(line)).map((line) => line.split('=') as [string, string]);

  it('has lines that a shell, Docker and systemd read alike: only comments, no quotes, no spaces', () => {
    expect(lines.filter((line) => !/^(#.*|[A-Z_]+=[\w:/.,-]*)?$/.test(line))).toEqual([]);
  });

  it('has every variable that is read, and no other', () => {
    const read = new Set<string>();
    const variables = new Proxy({}, { get: (_, name) => void read.add(String(name)) });

    readEnvironment(variables);

    expect(entries.map(([name]) => name).sort()).toEqual([...read].sort());
  });

  it('has the default of each variable', () => {
    expect(readEnvironment(Object.fromEntries(entries))).toEqual(readEnvironment({}));
  });
});
