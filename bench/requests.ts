import { setTimeout as sleep } from 'node:timers/promises';
import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, quantile, spread } from './support/figures.js';
import { addProducts, type Contender, measureMix, type Phase, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';

const SECONDS = 3;
const WARM_UP_SECONDS = 3;
const CONNECTIONS = [1, 16, 64];

/**
 * The number of connections for the measurement with a cleanup and a read of the metrics every
 * second.
 */
const DISTURBED = 16;

/**
 * Compares visitors who add three products and read the basket twice with a bare server with
 * hand-tuned SQL.
 */
export async function benchRequests(active: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(async (client) => {
    await fillShop(client, { active });
    await addProducts(client);
  });
  try {
    const phases = await database.onCopy((url) => measureAll(url, database.postmasterPid, rounds));
    return [toSection(phases, active, rounds), await database.version()];
  } finally {
    await database.close();
  }
}

async function measureAll(url: string, postmaster: number, rounds: number): Promise<Map<string, Phase[]>> {
  const env = { DATABASE_URL: url };
  const servers = [
    { name: 'bare', args: ['--import', 'tsx', 'bench/bare/server.ts'], env },
    { name: 'shop', args: ['dist/src/main.js'], env },
  ];
  const phases = new Map<string, Phase[]>();
  await withServers(servers, async (contenders) => {
    for (const contender of contenders) await measureMix(contender, postmaster, 16, WARM_UP_SECONDS);
    for (let round = 0; round < rounds; round++) {
      for (const connections of CONNECTIONS) {
        for (const contender of contenders) {
          const phase = await measureMix(contender, postmaster, connections, SECONDS);
          const key = `${contender.name} ${connections}`;
          phases.set(key, [...(phases.get(key) ?? []), phase]);
        }
      }
    }
  });
  const disturbed = {
    name: 'shop',
    args: ['dist/src/main.js'],
    env: { ...env, CLEANUP_CRON: '* * * * * *' },
  };
  await withServers([disturbed], async ([shop]) => {
    if (shop) phases.set('disturbed', await measureDisturbed(shop, postmaster, rounds));
  });
  return phases;
}

async function measureDisturbed(shop: Contender, postmaster: number, rounds: number): Promise<Phase[]> {
  await measureMix(shop, postmaster, DISTURBED, WARM_UP_SECONDS);
  let isDone = false;
  const scrapes = (async () => {
    while (!isDone) {
      const answer = await fetch(`${shop.url}/metrics`);
      if (!answer.ok) throw new Error(`GET /metrics got the status ${answer.status}.`);
      await answer.text();
      await sleep(1_000);
    }
  })();
  const phases: Phase[] = [];
  for (let round = 0; round < rounds; round++) {
    phases.push(await measureMix(shop, postmaster, DISTURBED, SECONDS));
  }
  isDone = true;
  await scrapes;
  return phases;
}

function toSection(phases: Map<string, Phase[]>, active: number, rounds: number): Section {
  const figures = (key: string, of: (phase: Phase) => number) => (phases.get(key) ?? []).map(of);
  const ratio = (connections: number, of: (phase: Phase) => number) =>
    number(median(figures(`shop ${connections}`, of)) / median(figures(`bare ${connections}`, of)), 2);
  const row = (name: string, connections: number, key = `${name} ${connections}`): string[] => {
    return [
      `${name}, ${connections}`,
      spread(figures(key, ({ rate }) => rate)),
      number(median(figures(key, ({ serverCpu }) => serverCpu)), 2),
      number(median(figures(key, ({ databaseCpu }) => databaseCpu)), 2),
      number(median(figures(key, ({ times }) => quantile(times, 0.5))), 2),
      number(median(figures(key, ({ adds }) => quantile(adds, 0.5))), 2),
      number(median(figures(key, ({ times }) => quantile(times, 0.99))), 2),
    ];
  };
  const ratios = (connections: number): string[] => [
    '_ratio_',
    ratio(connections, ({ rate }) => rate),
    ratio(connections, ({ serverCpu }) => serverCpu),
    ratio(connections, ({ databaseCpu }) => databaseCpu),
    ratio(connections, ({ times }) => quantile(times, 0.5)),
    ratio(connections, ({ adds }) => quantile(adds, 0.5)),
    ratio(connections, ({ times }) => quantile(times, 0.99)),
  ];
  return {
    name: `requests ${active}`,
    title: `Requests with ${number(active)} baskets in the tables`,
    text: [
      `Visitors with new sessions add three products and read the basket twice, ${SECONDS} s each, ${interleaved(rounds)}. The shop is compared with a bare server on Node and \`pg\` with one hand-tuned statement per request (\`bench/bare\`). Servers, database and load share the machine, without CPU pinning.`,
      `A row is named by the server and the number of connections. Requests per second are the median (minimum–maximum), and “add” is the median of an add. In the last row, a cleanup and a read of the metrics run every second. It was measured after the others, not interleaved.`,
    ],
    header: ['', 'requests/s', 'server CPU, ms', 'database CPU, ms', 'median, ms', 'add, ms', '99th, ms'],
    rows: [
      ...CONNECTIONS.flatMap((connections) => [
        row('bare', connections),
        row('shop', connections),
        ratios(connections),
      ]),
      row('shop with cleanups', DISTURBED, 'disturbed'),
    ],
  };
}
