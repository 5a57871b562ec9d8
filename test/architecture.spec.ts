import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** Rooms that everybody may enter: they know nothing of the shop. */
const GROUND = ['config', 'http', 'problem', 'database'];

/** Who may import whom; a room may always import itself and the ground. */
const MAY_IMPORT: Record<string, string[]> = {
  config: [],
  problem: [],
  http: [],
  database: [],
  session: [],
  catalogue: [],
  auth: ['session'],
  basket: ['session', 'catalogue', 'auth'],
  'oscar-import': ['auth', 'catalogue'],
  admin: ['session', 'basket', 'catalogue', 'auth', 'monitoring'],
  monitoring: ['session', 'basket', 'catalogue', 'auth', 'admin'],
  command: ['session', 'basket', 'oscar-import', 'catalogue', 'auth', 'app'],
  web: [],
  ormconfig: ['session', 'catalogue', 'auth', 'basket'],
};

/** What the basket may know of auth: the events and who the visitor is. */
const AUTH_FOR_BASKET = /^src\/auth\/(auth\.module$|event\/|visitor\/)/;

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

/** `src/auth/visitor/visitor.guard` is of the room auth. */
function roomOf(path: string): string {
  const [room = ''] = path.replace(/^src\//, '').split('/');
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
      .map(({ imported }) => imported);

    expect(known.filter((path) => !AUTH_FOR_BASKET.test(path))).toEqual([]);
  });

  it('reads process.env in one file', () => {
    const readers = sources.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('process.env'));

    expect(readers).toEqual(['src/config/environment.ts']);
  });

  it('has no barrel, no circle broken by force, and no import at run time', () => {
    const text = sources.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');

    expect(sources.filter((file) => file.endsWith('index.ts'))).toEqual([]);
    expect(text).not.toMatch(/forwardRef|await import\(/);
  });
});
