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

/** A running PostgreSQL of our own; it stops when the last process that uses it has stopped it or is gone. */
export interface EmbeddedPostgres {
  url: string;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The folder that holds the cluster; the project's own by default. */
  home?: string;
  /** Settings of PostgreSQL, as for `postgres -c`. */
  settings?: Record<string, string>;
}

const START_MILLISECONDS = 60_000;
const POLL_MILLISECONDS = 25;

/**
 * Starts the embedded PostgreSQL, or joins the one that already runs in this project.
 *
 * @throws Error with one sentence that names the way out, `DATABASE_URL`.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (cause) {
    const why = messageOf(cause);
    const advice = 'Set DATABASE_URL to a PostgreSQL server of yours, such as docker compose up -d postgres.';
    throw new Error(`The embedded PostgreSQL can't be started: ${why}. ${advice}`, { cause });
  }
}

async function start({ home, settings = {} }: EmbeddedOptions): Promise<EmbeddedPostgres> {
  const account = accountForPostgres();
  const folder = home ?? embeddedHome(account);
  const binaries = findBinaries(folder, account);
  const cluster = join(folder, 'postgres');
  ensureCluster(binaries, cluster, account);
  // Held before the server is looked for: from here on nobody else's leaving stops it.
  const pipe = join(folder, 'lifeline');
  const lifeline = Lifeline.open(pipe);
  const { postmaster, isOurs } = await startOrJoin(binaries, cluster, account, settings);
  if (isOurs) await Lifeline.watch(pipe, postmaster.pid);
  return {
    url: postmasterUrl(postmaster, cluster),
    stop: async () => {
      lifeline.release();
      if (isOurs) await gone(postmaster.pid);
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
    // No server, or one that is starting or stopping: a second one on the same cluster gives up by itself.
    if (!found) {
      isOurs = true;
      await spawnPostmaster(binaries, cluster, account, settings);
      await appears(cluster);
    }
    await sleep(POLL_MILLISECONDS);
  }
  throw new Error(`it does not answer; its log is ${cluster}.log`);
}

/** Waits until the new server has written its `postmaster.pid`, or has had a second to do so. */
async function appears(cluster: string): Promise<void> {
  for (let waited = 0; waited < 1_000 && !findPostmaster(cluster); waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
  }
}

async function gone(pid: number): Promise<void> {
  for (let waited = 0; waited < 5_000 && isAlive(pid); waited += POLL_MILLISECONDS) {
    await sleep(POLL_MILLISECONDS);
  }
}
