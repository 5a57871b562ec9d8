import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Account } from './account.js';
import { ListeningClient } from '../listening-client.js';
import { readPassword } from './cluster.js';

/** A running server, by what its `postmaster.pid` says of it. */
export interface Postmaster {
  pid: number;
  port: number;
}

/** Older than this, an empty `postmaster.pid` is of a server that was killed before it wrote it. */
const EMPTY_MILLISECONDS = 5_000;

/** The server that holds the cluster, or null; what would keep another one from starting is cleared away. */
export function findPostmaster(cluster: string): Postmaster | null {
  const file = join(cluster, 'postmaster.pid');
  try {
    const [pid, , , port] = readFileSync(file, 'utf8').split('\n').map(Number);
    if (pid && isPostgres(pid)) return { pid, port: port ?? 0 };
    if (isInTheWay(file, pid)) rmSync(file, { force: true });
    return null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Whether PostgreSQL would refuse to start for what is in the file: the number of a process that somebody else has by
 * now, or nothing.
 *
 * The file of a process that is gone it replaces itself. And one that a server is about to write must stay: without it
 * the server is found by nobody, and lets no other start.
 */
function isInTheWay(file: string, pid: number | undefined): boolean {
  return pid ? isAlive(pid) : Date.now() - statSync(file).mtimeMs > EMPTY_MILLISECONDS;
}

/** Starts a server on a free port of the loopback address; it reports through its `postmaster.pid`. */
export async function spawnPostmaster(
  binaries: string,
  cluster: string,
  account: Account | undefined,
  settings: Record<string, string>,
): Promise<void> {
  const own = { port: String(await freePort()), listen_addresses: '127.0.0.1', unix_socket_directories: '' };
  const args = Object.entries({ ...own, ...settings }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(`${cluster}.log`, 'a');
  // A process group of its own: Ctrl-C must not stop the database under the application.
  const postgres = spawn(join(binaries, 'postgres'), ['-D', cluster, ...args], {
    ...account,
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
  });
  postgres.unref();
  closeSync(log);
  // Throws when there is no such program, or no process left to make.
  await once(postgres, 'spawn');
}

export function postmasterUrl({ port }: Postmaster, cluster: string): string {
  return `postgres://app:${readPassword(cluster)}@127.0.0.1:${port}/postgres`;
}

/** Whether the server takes connections and is really the one of this cluster. */
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

/** After a reboot the number may belong to anybody; where there is no /proc, it is believed. */
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
