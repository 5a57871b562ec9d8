import { Agent } from 'node:http';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { BenchDatabase } from './support/database.js';
import { cpuBetween, cpuOf, familyOf } from './support/cpu.js';
import { median, number, quantile, spread } from './support/figures.js';
import { served, start } from './support/program.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';
import { ShopClient } from './support/shop-client.js';

const PRODUCTS = 500;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;
const CONNECTIONS = [1, 16, 64];

interface Contender {
  name: string;
  url: string;
  process: ChildProcess;
}

interface Phase {
  /** Requests a second. */
  rate: number;
  /** Milliseconds of CPU a request. */
  serverCpu: number;
  databaseCpu: number;
  /** Milliseconds. */
  times: number[];
}

/** A visitor who adds three products and looks twice, beside a bare server with hand-tuned SQL. */
export async function benchRequests(living: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(async (client) => {
    await fillShop(client, { living });
    await client.query(`
      INSERT INTO products (sku, name, unit_price_minor, stock)
      SELECT 'TEA-' || n, 'Tea number ' || n, 100 + n, CASE n % 2 WHEN 0 THEN 1000000 END FROM generate_series(1, ${PRODUCTS}) n`);
  });
  try {
    const phases = await database.onCopy((url) => measureAll(url, database.postmasterPid, rounds));
    return [toSection(phases, living, rounds), await database.version()];
  } finally {
    await database.close();
  }
}

async function measureAll(url: string, postmaster: number, rounds: number): Promise<Map<string, Phase[]>> {
  const settings = { DATABASE_URL: url, PORT: '0', CLEANUP_CRON: 'off' };
  const processes: [string, ChildProcess][] = [
    ['bare', start(['--import', 'tsx', 'bench/bare/server.ts'], settings)],
    ['shop', start(['dist/src/main.js'], settings)],
  ];
  const phases = new Map<string, Phase[]>();
  try {
    const contenders: Contender[] = [];
    for (const [name, process] of processes) contenders.push({ name, process, url: await served(process) });
    for (const contender of contenders) await measure(contender, postmaster, 16, WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round++) {
      for (const connections of CONNECTIONS) {
        for (const contender of contenders) {
          const phase = await measure(contender, postmaster, connections, SECONDS);
          const key = `${contender.name} ${connections}`;
          phases.set(key, [...(phases.get(key) ?? []), phase]);
          process.stderr.write(
            `${key}: ${number(phase.rate)}/s, ${number(phase.serverCpu, 2)} + ${number(phase.databaseCpu, 2)} ms of CPU\n`,
          );
        }
      }
    }
    return phases;
  } finally {
    for (const [, process] of processes) {
      process.kill('SIGTERM');
      await once(process, 'close');
    }
  }
}

async function measure(
  contender: Contender,
  postmaster: number,
  connections: number,
  seconds: number,
): Promise<Phase> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const server = [contender.process.pid ?? 0];
  const backends = await familyOf(postmaster);
  const before = { server: await cpuOf(server), database: await cpuOf(backends) };
  const began = performance.now();
  const until = began + seconds * 1_000;
  const times: number[] = [];
  await Promise.all(
    Array.from({ length: connections }, (_, n) => visitUntil(contender.url, agent, until, times, n)),
  );
  const elapsed = (performance.now() - began) / 1_000;
  const after = { server: await cpuOf(server), database: await cpuOf(await familyOf(postmaster)) };
  agent.destroy();
  return {
    rate: times.length / elapsed,
    serverCpu: cpuBetween(before.server, after.server) / times.length,
    databaseCpu: cpuBetween(before.database, after.database) / times.length,
    times,
  };
}

async function visitUntil(
  url: string,
  agent: Agent,
  until: number,
  times: number[],
  seed: number,
): Promise<void> {
  const timed = async (work: Promise<unknown>) => {
    const start = performance.now();
    await work;
    times.push(performance.now() - start);
  };
  for (let n = seed * 7; performance.now() < until; n += 3) {
    const visitor = new ShopClient(url, agent);
    for (let product = n; product < n + 3; product++) {
      const body = { sku: `TEA-${(product % PRODUCTS) + 1}`, quantity: 1 };
      await timed(visitor.sends('POST', '/api/basket/lines', body));
    }
    for (let look = 0; look < 2; look++) await timed(visitor.sends('GET', '/api/basket'));
  }
}

function toSection(phases: Map<string, Phase[]>, living: number, rounds: number): Section {
  const figures = (key: string, of: (phase: Phase) => number) => (phases.get(key) ?? []).map(of);
  const ratio = (connections: number, of: (phase: Phase) => number) =>
    number(median(figures(`shop ${connections}`, of)) / median(figures(`bare ${connections}`, of)), 2);
  const row = (name: string, connections: number): string[] => {
    const key = `${name} ${connections}`;
    return [
      `${name}, ${connections} ${connections === 1 ? 'connection' : 'connections'}`,
      spread(figures(key, ({ rate }) => rate)),
      number(median(figures(key, ({ serverCpu }) => serverCpu)), 2),
      number(median(figures(key, ({ databaseCpu }) => databaseCpu)), 2),
      number(median(figures(key, ({ times }) => quantile(times, 0.5))), 2),
      number(median(figures(key, ({ times }) => quantile(times, 0.99))), 2),
    ];
  };
  const ratios = (connections: number): string[] => [
    '_ratio_',
    ratio(connections, ({ rate }) => rate),
    ratio(connections, ({ serverCpu }) => serverCpu),
    ratio(connections, ({ databaseCpu }) => databaseCpu),
    ratio(connections, ({ times }) => quantile(times, 0.5)),
    ratio(connections, ({ times }) => quantile(times, 0.99)),
  ];
  return {
    name: `requests ${living}`,
    title: `Requests, beside ${number(living)} baskets`,
    text: [
      `Visitors who add three products and look twice, each with a new session, ${SECONDS} s each and ${rounds} interleaved rounds, beside a bare Node and \`pg\` server with a hand-tuned statement a request (\`bench/bare\`). Servers, database and load share the machine; nothing is pinned.`,
    ],
    header: [
      '',
      'requests/s: median (least–most)',
      'server CPU, ms',
      'database CPU, ms',
      'median, ms',
      '99th, ms',
    ],
    rows: CONNECTIONS.flatMap((connections) => [
      row('bare', connections),
      row('shop', connections),
      ratios(connections),
    ]),
  };
}
