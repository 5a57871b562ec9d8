import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPostmaster, spawnPostmaster } from '../../../src/database/embedded/postmaster.js';

describe('a PostgreSQL that cannot be started', () => {
  it('rejects for its caller, and does not end the process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'basketkeeper-cluster-'));

    await expect(spawnPostmaster('/no/such/folder', join(folder, 'postgres'), undefined, {})).rejects.toThrow(
      'ENOENT',
    );
    await rm(folder, { recursive: true });
  });
});

describe('the postmaster.pid of a server that is not running', () => {
  let cluster: string;
  let file: string;
  beforeEach(async () => {
    cluster = await mkdtemp(join(tmpdir(), 'basketkeeper-cluster-'));
    file = join(cluster, 'postmaster.pid');
  });
  afterEach(() => rm(cluster, { recursive: true }));

  it('stays while it is empty, because a server is about to write it', async () => {
    await writeFile(file, '');

    expect(findPostmaster(cluster)).toBeNull();
    expect(existsSync(file)).toBe(true);
  });

  it('is removed when it has been empty for a minute', async () => {
    await writeFile(file, '');
    const aMinuteAgo = Date.now() / 1_000 - 60;
    await utimes(file, aMinuteAgo, aMinuteAgo);

    expect(findPostmaster(cluster)).toBeNull();
    expect(existsSync(file)).toBe(false);
  });

  it('stays when its process has ended, because PostgreSQL replaces it safely', async () => {
    await writeFile(file, `${spawnSync('true').pid}\n${cluster}\n0\n5432\n`);

    expect(findPostmaster(cluster)).toBeNull();
    expect(existsSync(file)).toBe(true);
  });

  it('is removed when another program has its process id', async () => {
    const other = spawn('sleep', ['60']);
    try {
      await writeFile(file, `${other.pid}\n${cluster}\n0\n5432\n`);

      expect(findPostmaster(cluster)).toBeNull();
      expect(existsSync(file)).toBe(false);
    } finally {
      other.kill();
    }
  });
});
