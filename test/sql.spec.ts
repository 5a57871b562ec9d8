import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findStaleSnapshots, readSnapshots } from '../scripts/sql-snapshots.js';
import { STATEMENTS } from '../scripts/sql-statements.js';

const ROOT = join(import.meta.dirname, '..');

/** Their statements have one named expression each, so they can be read in place. */
const READABLE_IN_PLACE = [
  'src/auth/api-key/api-key.service.ts',
  'src/auth/token/access-token.service.ts',
  'src/auth/visitor/lock-user.ts',
  'src/basket/change/lock-owner.ts',
  'src/basket/expiry/audit.service.ts',
  'src/basket/expiry/guest-basket.service.ts',
  'src/database/clock-check.service.ts',
  'src/database/connection-pool.ts',
  'src/database/create-index-concurrently.ts',
  'src/database/rate-limiter.ts',
];

/** Their statements are in other files. */
const PIECES = ['src/basket/query/single-statement-parts.ts', 'src/catalogue/lock-products.ts'];

/** A template that begins as a statement does and has a placeholder. */
const ASSEMBLED = /`\s*(?:WITH|SELECT|INSERT|UPDATE|DELETE|CREATE)\b[^`]*\$\{/;

const HEADING = /^-- Used by: .+\n(?:-- .+\n)*-- Locks: .+\n(?:-- .+\n)*\n/;

describe('the snapshots of the SQL', () => {
  it.each(readSnapshots())('are as the code assembles them: $path', ({ written, expected }) => {
    expect(written).toBe(expected);
  });

  it('say who uses a statement and what it locks', () => {
    const silent = readSnapshots().filter(({ written }) => !HEADING.test(written ?? ''));

    expect(silent.map(({ path }) => path)).toEqual([]);
  });

  it('are of statements that exist', () => {
    expect(findStaleSnapshots()).toEqual([]);
  });

  it('are of all files that assemble statements', () => {
    const assembling = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .map((file) => join('src', file))
      .filter((file) => file.endsWith('.ts') && !file.startsWith('src/database/migrations/'))
      .filter((file) => ASSEMBLED.test(readFileSync(join(ROOT, file), 'utf8')));

    const known = [...Object.keys(STATEMENTS), ...READABLE_IN_PLACE, ...PIECES];
    expect(assembling.length).toBeGreaterThan(20);
    expect(assembling.filter((file) => !known.includes(file))).toEqual([]);
  });
});
