import { Agent } from 'node:http';
import type { ChildProcess } from 'node:child_process';
import type pg from 'pg';
import { cpuBetween, cpuOf, familyOf } from './cpu.js';
import { served, start, stop } from './program.js';
import { ShopClient } from './shop-client.js';

const PRODUCTS = 500;

/** A server to be measured. */
export interface Contender {
  name: string;
  url: string;
  process: ChildProcess;
}

export interface Phase {
  /** Requests per second. */
  rate: number;
  /** Milliseconds of CPU per request. */
  serverCpu: number;
  databaseCpu: number;
  /** Milliseconds of each request. */
  times: number[];
  /** Milliseconds of each add. */
  adds: number[];
}

/** Adds the products that the visitors of the mix buy. */
export async function addProducts(client: pg.Client): Promise<void> {
  await client.query(`
    INSERT INTO products (sku, name, unit_price_minor, stock)
    SELECT 'TEA-' || n, 'Tea number ' || n, 100 + n, CASE n % 2 WHEN 0 THEN 1000000 END FROM generate_series(1, ${PRODUCTS}) n`);
}

/** Starts servers, runs the work with them, and stops them. */
export async function withServers<T>(
  servers: { name: string; args: string[]; env?: Record<string, string> }[],
  work: (contenders: Contender[]) => Promise<T>,
): Promise<T> {
  const processes = servers.map(({ args, env }) => start(args, { PORT: '0', CLEANUP_CRON: 'off', ...env }));
  try {
    const urls = await Promise.all(processes.map((process) => served(process)));
    return await work(
      processes.map((process, n) => ({ name: servers[n]?.name ?? '', url: urls[n] ?? '', process })),
    );
  } finally {
    for (const process of processes) await stop(process);
  }
}

/**
 * Measures the milliseconds of CPU per request, and the requests per second. `work` returns the
 * number of its requests.
 */
export async function measureCpu(
  { process }: Contender,
  postmaster: number,
  work: () => Promise<number>,
): Promise<Pick<Phase, 'rate' | 'serverCpu' | 'databaseCpu'>> {
  const server = [process.pid ?? 0];
  const cpuNow = async () => ({
    server: await cpuOf(server),
    database: await cpuOf(await familyOf(postmaster)),
  });
  const before = await cpuNow();
  const start = performance.now();
  const requests = await work();
  const elapsed = (performance.now() - start) / 1_000;
  const after = await cpuNow();
  return {
    rate: requests / elapsed,
    serverCpu: cpuBetween(before.server, after.server) / requests,
    databaseCpu: cpuBetween(before.database, after.database) / requests,
  };
}

/**
 * Runs visitors, each with a new session, who add three products and read the basket twice. Each
 * connection serves one visitor at a time.
 */
export async function measureMix(
  contender: Contender,
  postmaster: number,
  connections: number,
  seconds: number,
): Promise<Phase> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: Record<'adds' | 'looks', number[]> = { adds: [], looks: [] };
  const figures = await measureCpu(contender, postmaster, async () => {
    const until = performance.now() + seconds * 1_000;
    const visits = Array.from({ length: connections }, (_, n) =>
      visitUntil(contender.url, agent, until, times, n),
    );
    await Promise.all(visits);
    return times.adds.length + times.looks.length;
  });
  agent.destroy();
  return { ...figures, times: [...times.adds, ...times.looks], adds: times.adds };
}

async function visitUntil(
  url: string,
  agent: Agent,
  until: number,
  times: Record<'adds' | 'looks', number[]>,
  seed: number,
): Promise<void> {
  const timed = async (what: 'adds' | 'looks', work: Promise<unknown>) => {
    const start = performance.now();
    await work;
    times[what].push(performance.now() - start);
  };
  for (let n = seed * 7; performance.now() < until; n += 3) {
    const visitor = new ShopClient(url, agent);
    for (let product = n; product < n + 3; product++) {
      const body = { sku: `TEA-${(product % PRODUCTS) + 1}`, quantity: 1 };
      await timed('adds', visitor.sends('POST', '/api/basket/lines', body));
    }
    for (let read = 0; read < 2; read++) await timed('looks', visitor.sends('GET', '/api/basket'));
  }
}
