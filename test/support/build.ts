import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Where the test files find the built program. */
export const BUILD_VARIABLE = 'TEST_BUILD';

/** A folder with the built program in it, as after `npm run build`, that nothing else uses. */
export interface Build {
  folder: string;
  remove(): Promise<void>;
}

/** Compiles the program into a folder of its own: two test runs at once must not share `dist`. */
export async function build(): Promise<Build> {
  const made = await emptyProject();
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const bundler = join(ROOT, 'node_modules/vite/bin/vite.js');
  const web = join(made.folder, 'dist/web');
  const flags = ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(made.folder, 'dist'), '--noCheck'];
  await Promise.all([run([compiler, ...flags]), run([bundler, 'build', join(ROOT, 'web'), '--outDir', web])]);
  process.env[BUILD_VARIABLE] = made.folder;
  return made;
}

/** The pages of the built program. */
export function builtWeb(): string {
  return join(process.env[BUILD_VARIABLE] ?? '', 'dist/web');
}

async function run(script: string[]): Promise<void> {
  // As for production: what Jest sets would build the pages with React's checks for developers.
  await promisify(execFile)(process.execPath, script, { env: { ...process.env, NODE_ENV: 'production' } });
}

/** A copy of the built program, for a test that needs the embedded server of a project to itself. */
export async function copyOfBuild(): Promise<Build> {
  const made = await emptyProject();
  await cp(join(process.env[BUILD_VARIABLE] ?? '', 'dist'), join(made.folder, 'dist'), { recursive: true });
  return made;
}

async function emptyProject(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), 'basketkeeper-build-'));
  // The account that root lends to PostgreSQL has to get in.
  await chmod(folder, 0o755);
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
