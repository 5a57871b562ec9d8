/**
 * Builds the program and the pages into `dist`: `node scripts/build.mjs`. With `--if-changed` it
 * builds only if the sources have changed since the last build.
 *
 * It compares contents, not times, because a deployment can bring a changed file with an old time.
 * It writes only to standard error, because standard output belongs to the next command.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const SOURCES = [
  'ormconfig.ts',
  'package-lock.json',
  'package.json',
  'rolldown.config.mjs',
  'scripts/build.mjs',
  'src',
  'tsconfig.build.json',
  'tsconfig.json',
  'web',
];
const STEPS = [
  ['tsc', '-p', 'tsconfig.build.json'],
  ['rolldown', '-c', 'rolldown.config.mjs'],
  ['vite', 'build', 'web', '--logLevel', 'warn'],
];
/** Contains the hash of the sources. It is written last, so a failed build leaves none. */
const BUILT_FROM = join(ROOT, 'dist/built-from');

const sources = hashSources();
if (!process.argv.includes('--if-changed') || sources !== readBuiltHash()) build();

function build() {
  process.stderr.write('Building the program and the pages\n');
  rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
  STEPS.forEach(run);
  writeFileSync(BUILT_FROM, sources);
}

function run([command, ...args]) {
  // With NODE_ENV=development Vite would use React's larger development build.
  const env = { ...process.env, NODE_ENV: 'production' };
  const PATH = `${join(ROOT, 'node_modules/.bin')}:${process.env.PATH}`;
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, env: { ...env, PATH } });
  if (error) throw error;
  process.stderr.write(stderr);
  if (status === 0) return;
  process.stderr.write(stdout);
  process.exit(1);
}

function hashSources() {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap(filesIn))
    hash.update(`${file}\0`).update(readFileSync(join(ROOT, file)));
  return hash.digest('hex');
}

function filesIn(path) {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path))
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

function readBuiltHash() {
  try {
    return readFileSync(BUILT_FROM, 'utf8');
  } catch {
    return undefined;
  }
}
