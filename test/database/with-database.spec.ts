import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDatabase } from '../support/database.js';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = ['package.json', 'tsconfig.json', 'ormconfig.ts', 'scripts', 'src'];
const NAME = 'src/database/migrations/Probe';

describe('npm run db:generate', () => {
  let folder: string;
  /** Copies the project as a fresh clone, with its own embedded database. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'basketkeeper-clone-'));
    // PostgreSQL runs under another account when we are root. That account needs access.
    await chmod(folder, 0o755);
    for (const name of SOURCES) await cp(join(ROOT, name), join(folder, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

  const npm = async (args: string[], variables: Record<string, string> = {}) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...variables };
    const run = promisify(execFile)('npm', ['run', '--silent', ...args], { cwd: folder, env });
    return run.catch((error: { code: number; stdout: string; stderr: string }) => error);
  };

  it('migrates the embedded database first, and then finds no changes to write', async () => {
    const before = await readdir(join(folder, 'src/database/migrations'));

    const { stdout } = await npm(['db:generate', '--', NAME]);

    expect(stdout).toContain('No changes in database schema were found');
    expect(await readdir(join(folder, 'src/database/migrations'))).toEqual(before);
  });

  it('asks to migrate the database of DATABASE_URL, and changes nothing there', async () => {
    const empty = await createDatabase('empty');

    const { stdout, stderr } = await npm(['db:generate', '--', NAME], { DATABASE_URL: empty.url });

    expect(stderr).toBe('The database is not migrated to this version. Run: npm run db:migrate\n');
    expect(stdout).toBe('');
    await empty.drop();
  });

  it.each(['db:migrate', 'db:revert'])(
    '%s reports invalid settings, one per line, without a stack',
    async (command) => {
      const bad = {
        MIGRATION_DATABASE_URL: 'mysql://u:secret-word@db/shop',
        DATABASE_URL: 'postgres://a,b/shop',
      };

      const { stdout, stderr } = await npm([command], bad);

      const lines = `${stdout}${stderr}`.trim().split('\n');
      expect(lines).toEqual([
        'The environment is not valid:',
        expect.stringContaining('MIGRATION_DATABASE_URL must look like postgres://'),
        expect.stringContaining('DATABASE_URL must name one host'),
      ]);
      expect(stdout + stderr).not.toContain('secret-word');
    },
  );
});
