import { Agent } from 'node:http';
import { BenchDatabase, withClient } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { type Contender, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';

const CONNECTIONS = 16;

/**
 * Compares reads without a cookie, as crawlers send them, with an Express server that sends the
 * same response.
 */
export async function benchLooks(looks: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(() => Promise.resolve());
  try {
    return await database.onCopy(async (url) => {
      const servers = [
        { name: 'bare', args: ['--import', 'tsx', 'bench/bare/express.ts'] },
        { name: 'shop', args: ['dist/src/main.js'], env: { DATABASE_URL: url } },
      ];
      const rates = await withServers(servers, (contenders) => measureAll(contenders, looks, rounds));
      const rows = await withClient(url, async (client) => {
        const sql = 'SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM baskets) AS count';
        return Number((await client.query<{ count: string }>(sql)).rows[0]?.count);
      });
      return [toSection(rates, looks, rounds, rows), await database.version()];
    });
  } finally {
    await database.close();
  }
}

async function measureAll(contenders: Contender[], looks: number, rounds: number): Promise<number[][]> {
  const rates: number[][] = contenders.map(() => []);
  for (const contender of contenders) await readBasket(contender, looks);
  for (let round = 0; round < rounds; round++) {
    for (const [n, contender] of contenders.entries()) rates[n]?.push(await readBasket(contender, looks));
  }
  return rates;
}

/** Returns the reads per second. */
async function readBasket({ url }: Contender, looks: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const began = performance.now();
  let left = looks;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await new ShopClient(url, agent).sends('GET', '/api/basket');
    }),
  );
  agent.destroy();
  return (looks * 1_000) / (performance.now() - began);
}

function toSection([bare = [], shop = []]: number[][], looks: number, rounds: number, rows: number): Section {
  return {
    name: `looks ${looks}`,
    title: 'Reads without a cookie',
    text: [
      `${number(looks)} requests \`GET /api/basket\` on ${CONNECTIONS} connections, ${interleaved(rounds)}, compared with an Express server that only sends the same object. Rows that the shop stored: ${rows}.`,
    ],
    header: ['', 'reads/s: median (minimum–maximum)', 'ratio'],
    rows: [
      ['bare Express', spread(bare), '1.00'],
      ['shop', spread(shop), number(median(shop) / median(bare), 2)],
    ],
  };
}
