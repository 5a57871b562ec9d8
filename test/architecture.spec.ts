import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/**
 * The roles of a file. A file without a role has a bare name: it holds a function, or a plain
 * class.
 */
const ROLES = [
  'module',
  'controller',
  'service',
  'entity',
  'dto',
  'guard',
  'decorator',
  'filter',
  'pipe',
  'interceptor',
  'middleware',
  'subscriber',
  'handler',
  'event',
  'job',
  'command',
  'store',
  'strategy',
  'metrics',
  // The application has one implementation of Nest's logger service.
  'logger',
  // SQL that several files share.
  'queries',
];

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`)
  .concat('ormconfig.ts');
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8');

// `.dependency-cruiser.mjs` checks who may import whom (`npm run lint:imports`).
describe('the architecture', () => {
  it('names each file by a role from a closed list', () => {
    const others = sources.filter((file) => {
      const [, ...roles] = basename(file, '.ts').split('.');
      return roles.length > 1 || !roles.every((role) => ROLES.includes(role));
    });

    expect(sources.length).toBeGreaterThan(100);
    expect(others).toEqual([]);
  });

  it('reads process.env in one file only', () => {
    const readers = sources.filter((file) => textOf(file).includes('process.env'));

    expect(readers).toEqual(['src/config/process-variables.ts']);
  });

  it('uses no forwardRef', () => {
    expect(sources.filter((file) => textOf(file).includes('forwardRef'))).toEqual([]);
  });
});
