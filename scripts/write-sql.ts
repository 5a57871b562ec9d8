/**
 * Writes the snapshots of the assembled statements, keeps their headings, and removes stale files:
 * `npm run sql`.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { findStaleSnapshots, readSnapshots } from './sql-snapshots.js';

for (const { path, written, expected } of readSnapshots()) {
  if (written !== expected) writeFileSync(path, expected);
}
for (const path of findStaleSnapshots()) rmSync(path);
