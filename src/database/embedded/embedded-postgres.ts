import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../problem/error-text.js';
import { type Account, accountForPostgres } from './account.js';
import { findBinaries } from './binaries.js';
import { ensureCluster } from './cluster.js';
import { embeddedHome } from './home.js';
import { Lifeline } from './lifeline.js';
import {
  answers,
  findPostmaster,
  isAlive,
  type Postmaster,
  postmasterUrl,
  spawnPostmaster,
} from './postmaster.js';

/** A running embedded PostgreSQL. It stops when no process uses it any more. */
export interface EmbeddedPostgres {
  url: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder with the cluster. By default the project's own. */
  home?: string;
  /** Settings of PostgreSQL, as for `postgres -c`. */
  settings?: Record<string, string>;
}

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 25;

/**
 * Starts the embedded PostgreSQL, or joins the one that already runs for this project. See
 * docs/decisions/08-embedded-postgres.md.
 *
 * @throws Error that advises to set `DATABASE_URL`
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (cause) {
    const why = messageOf(cause);
    const advice = 'Set DATABASE_URL to a PostgreSQL server, such as that of docker compose up -d postgres.';
    throw new Error(`The embedded PostgreSQL can't be started: ${why}. ${advice}`, { cause });
  }
}

async function start({ home, settings = {} }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = accountForPostgres();
  const folder = home ?? embeddedHome(account);
  const binaries = findBinaries(folder, account);
  const cluster = join(folder, 'postgres');
  ensureCluster(binaries, cluster, account);
  // The pipe is opened first: from now on the server does not stop when the other processes end.
  const pipe = join(folder, 'lifeline');
  const lifeline = Lifeline.open(pipe);
  const { postmaster, isOurs } = await startOrJoin(binaries, cluster, account, settings);
  if (isOurs) await Lifeline.watch(pipe, postmaster.pid);
  return {
    url: postmasterUrl(postmaster, cluster),
    stop: async () => {
      lifeline.release();
      if (isOurs) await waitForExit(postmaster.pid);
    },
  };
}

async function startOrJoin(
  binaries: string,
  cluster: string,
  account: Account | undefined,
  settings: Record<string, string>,
): Promise<{ postmaster: Postmaster; isOurs: boolean }> {
  const deadline = Date.now() + START_MILLISECONDS;
  let isOurs = false;
  while (Date.now() < deadline) {
    const found = findPostmaster(cluster);
    if (found && (await answers(found, cluster))) return { postmaster: found, isOurs };
    // A server may be starting or stopping. A second one on the same cluster gives up by itself.
    if (!found) {
      isOurs = true;
      await spawnPostmaster(binaries, cluster, account, settings);
      await waitForPidFile(cluster);
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw new Error(`it does not answer; its log is ${cluster}.log`);
}

/** Waits at most a second until the new server has written its `postmaster.pid`. */
async function waitForPidFile(cluster: string): Promise<void> {
  for (let waited = 0; waited < 1_000 && !findPostmaster(cluster); waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
  }
}

async function waitForExit(pid: number): Promise<void> {
  for (let waited = 0; waited < 5_000 && isAlive(pid); waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
  }
}
