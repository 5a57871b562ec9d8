import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Rooms that everybody may enter: they know nothing of the shop. */
const GROUND = [
  'environment',
  'environment-variables',
  'project-folder',
  'database-url',
  'operator-error',
  'error-text',
  'problem',
  'http',
  'page',
  'http',
  'retry-transaction',
  'named-statement',
  'connection-pool',
  'listening-client',
  'database-clock',
  'clock-check.service',
  'clock-reading',
  'rate-limiter',
];

/** Who may import whom; a room may always import itself and the ground. */
const MAY_IMPORT: Record<string, string[]> = {
  environment: [],
  'environment-variables': [],
  'project-folder': [],
  problem: [],
  http: [],
  page: [],
  session: [],
  catalogue: [],
  auth: ['session'],
  basket: ['session', 'catalogue', 'auth'],
  database: ['ormconfig'],
  adoption: ['auth', 'catalogue'],
  operations: ['session', 'basket', 'catalogue', 'auth'],
  command: ['session', 'basket', 'adoption', 'catalogue', 'auth', 'database', 'app', 'openapi'],
  openapi: [],
  web: [],
  ormconfig: ['session', 'catalogue', 'auth', 'basket', 'database'],
};

/** What the basket may know of auth: the login's event and who the visitor is. */
const AUTH_FOR_BASKET = [
  'auth.module',
  'for-visitors.decorator',
  'lock-user',
  'merge-report.dto',
  'user-data-requested.event',
  'user-erased.event',
  'user-logged-in.event',
  'visitor',
  'visitor.decorator',
  'visitor.guard',
];

interface Import {
  file: string;
  imported: string;
}

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => `src/${file}`)
  .concat('ormconfig.ts');
const imports = sources.flatMap((file): Import[] => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const specifiers = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => ({ file, imported: relative('.', join(dirname(file), specifier)) }));
});

/** `src/auth/visitor` is of the room auth, `src/app.setup` of app. */
function roomOf(path: string): string {
  const [, ground] =
    /^src\/database\/(retry-transaction|named-statement|connection-pool|listening-client|database-clock|clock-check\.service|clock-reading|rate-limiter)$/.exec(
      path,
    ) ?? [];
  if (ground) return ground;
  const [room = ''] = path.replace(/^src\//, '').split(/[/.]/);
  return room;
}

describe('the architecture', () => {
  it('has every import within the table', () => {
    const forbidden = imports.filter(({ file, imported }) => {
      const [from, to] = [roomOf(file), roomOf(imported)];
      const allowed = MAY_IMPORT[from];
      return allowed && from !== to && !GROUND.includes(to) && !allowed.includes(to);
    });

    expect(imports.length).toBeGreaterThan(100);
    expect(forbidden).toEqual([]);
  });

  it('lets the basket know of auth only the login and the visitor', () => {
    const known = imports
      .filter(({ file, imported }) => roomOf(file) === 'basket' && roomOf(imported) === 'auth')
      .map(({ imported }) => imported.replace('src/auth/', ''));

    expect([...new Set(known)].filter((name) => !AUTH_FOR_BASKET.includes(name))).toEqual([]);
  });

  it('reads process.env in one file', () => {
    const readers = sources.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('process.env'));

    expect(readers).toEqual(['src/environment.ts']);
  });

  it('has no barrel, no circle broken by force, and no import at run time', () => {
    const text = sources.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');

    expect(sources.filter((file) => file.endsWith('index.ts'))).toEqual([]);
    expect(text).not.toMatch(/forwardRef|await import\(/);
  });
});
