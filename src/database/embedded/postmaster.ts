import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Account } from './account.js';
import { ListeningClient } from '../listening-client.js';
import { readPassword } from './cluster.js';

/** A running server, as its `postmaster.pid` describes it. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** An older empty `postmaster.pid` is from a server that was killed before it wrote the file. */
const EMPTY_MILLISECONDS = 5_000;

/**
 * Returns the server of the cluster, or null. Deletes a stale `postmaster.pid` that would block a
 * start.
 */
export function findPostmaster(cluster: string): Postmaster | null {
  const file = join(cluster, 'postmaster.pid');
  try {
    const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
    if (pid && isPostgres(pid)) return { pid, port: port ?? 0 };
    if (blocksStart(file, pid)) rmSync(file, { force: true });
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Says whether PostgreSQL would refuse to start because of this file.
 *
 * It refuses an empty file, and a file with the number of another process that is alive. It
 * replaces the file of an ended process by itself.
 *
 * A new empty file stays, because a server is about to write it. Without it nobody finds that
 * server, and no other server can start.
 */
function blocksStart(file: string, pid: number | undefined): boolean {
  return pid ? isAlive(pid) : Date.now() - statSync(file).mtimeMs > EMPTY_MILLISECONDS;
}

/**
 * Starts a server on a free port of the loopback address. The server writes its `postmaster.pid`.
 */
export async function spawnPostmaster(
  binaries: string,
  cluster: string,
  account: Account | undefined,
  settings: Record<string, string>,
): Promise<void> {
  const own = { port: String(await freePort()), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const args = Object.entries({ ...own, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(`${cluster}.log`, 'a');
  // Its own process group: Ctrl-C must not stop the database before the application.
  const postgres = spawn(join(binaries, 'postgres'), ['-D', cluster, ...args], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  postgres.unref();
  closeSync(log);
  // Throws if the program is missing or the process can't be created.
  await once(postgres, 'spawn');
}

export function postmasterUrl({ port }: Postmaster, cluster: string): string {
  return `postgres://app:${readPassword(cluster)}@127.0.0.1:${port}/postgres`;
}

/** Says whether the server accepts connections and belongs to this cluster. */
export async function answers(postmaster: Postmaster, cluster: string): Promise<boolean> {
  const client = new ListeningClient({
    connectionString: postmasterUrl(postmaster, cluster),
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    return rows[0]?.data_directory === cluster;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Checks the name too, because another process may have the number now. Without /proc it can't
 * check.
 */
function isPostgres(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return isAlive(pid);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
