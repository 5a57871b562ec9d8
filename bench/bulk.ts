import { Agent } from 'node:http';
import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { addProducts, type Contender, measureCpu, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';

/** The baskets that each way fills in a round. */
const BASKETS = 20;

type Cost = Awaited<ReturnType<typeof measureCpu>>;

/** Fills the empty basket of a guest with one piece of each product. */
type Fill = (guest: ShopClient, skus: string[]) => Promise<unknown>;

const WAYS: Record<string, Fill> = {
  'single adds': async (guest, skus) => {
    for (const sku of skus) await guest.sends('POST', '/api/basket/lines', { sku, quantity: 1 });
  },
  'one request': (guest, skus) => {
    const changes = skus.map((sku) => ({ sku, add: 1 }));
    return guest.sends('POST', '/api/basket/changes', { mode: 'all', changes });
  },
};

/** Compares several changes in one request with the same changes as single requests. */
export async function benchBulk(changes: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(addProducts);
  try {
    return await database.onCopy(async (url) => {
      const servers = [{ name: 'shop', args: ['dist/src/main.js'], env: { DATABASE_URL: url } }];
      const costs = await withServers(servers, ([shop]) => {
        if (!shop) throw new Error('The benchmark needs a server.');
        return measureAll(shop, database.postmasterPid, changes, rounds);
      });
      return [toSection(costs, changes, rounds), await database.version()];
    });
  } finally {
    await database.close();
  }
}

async function measureAll(
  shop: Contender,
  postmaster: number,
  changes: number,
  rounds: number,
): Promise<Map<string, Cost[]>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const guest = new ShopClient(shop.url, agent);
  const skus = Array.from({ length: changes }, (_, n) => `TEA-${n + 1}`);
  const costs = new Map<string, Cost[]>();
  // The first round is a warm-up.
  for (let round = 0; round <= rounds; round++) {
    for (const [name, fill] of Object.entries(WAYS)) {
      const cost = await measureCpu(shop, postmaster, async () => {
        for (let basket = 0; basket < BASKETS; basket++) {
          await fill(guest, skus);
          await guest.sends('DELETE', '/api/basket');
        }
        return BASKETS * changes;
      });
      if (round > 0) costs.set(name, [...(costs.get(name) ?? []), cost]);
    }
  }
  agent.destroy();
  return costs;
}

function toSection(costs: Map<string, Cost[]>, changes: number, rounds: number): Section {
  const of = (name: string, figure: keyof Cost) => (costs.get(name) ?? []).map((cost) => cost[figure]);
  const rate = (name: string) => median(of(name, 'rate'));
  return {
    name: `bulk ${changes}`,
    title: `${number(changes)} changes in one request`,
    text: [
      `One guest fills ${BASKETS} empty baskets with ${number(changes)} products each way, ${interleaved(rounds)}. The figures are for each change. The ratio is that of the rates.`,
    ],
    header: ['', 'changes/s: median (minimum–maximum)', 'server CPU, ms', 'database CPU, ms', 'ratio'],
    rows: Object.keys(WAYS).map((name) => [
      name,
      spread(of(name, 'rate')),
      number(median(of(name, 'serverCpu')), 3),
      number(median(of(name, 'databaseCpu')), 3),
      number(rate(name) / rate('single adds'), 2),
    ]),
  };
}
