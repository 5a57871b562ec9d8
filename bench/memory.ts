import { Agent } from 'node:http';
import { BenchDatabase } from './support/database.js';
import { number } from './support/figures.js';
import { addProducts, type Contender, withServers } from './support/mix.js';
import { residentMemory } from './support/program.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';

const CONNECTIONS = 16;
const TENTHS = 10;

/** Tells whether the server's memory grows with the number of requests. */
export async function benchMemory(requests: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(addProducts);
  try {
    return await database.onCopy(async (url) => {
      const env = { DATABASE_URL: url };
      const memory = await withServers([{ name: 'shop', args: ['dist/src/main.js'], env }], ([shop]) =>
        shop ? watch(shop, requests) : Promise.reject(new Error('The benchmark needs a server.')),
      );
      return [toSection(memory, requests), await database.version()];
    });
  } finally {
    await database.close();
  }
}

/** Returns the resident memory in MiB, at the start and after each tenth of the requests. */
async function watch({ url, process }: Contender, requests: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const memory = [await residentMemory(process.pid)];
  for (let tenth = 0; tenth < TENTHS; tenth++) {
    let left = requests / TENTHS;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, n) => {
        while (left > 0) {
          const visitor = new ShopClient(url, agent);
          for (let product = n; product < n + 3; product++, left--) {
            await visitor.sends('POST', '/api/basket/lines', { sku: `TEA-${product + 1}`, quantity: 1 });
          }
          for (let read = 0; read < 2; read++, left--) await visitor.sends('GET', '/api/basket');
        }
      }),
    );
    memory.push(await residentMemory(process.pid));
  }
  agent.destroy();
  return memory;
}

function toSection(memory: number[], requests: number): Section {
  return {
    name: `memory ${requests}`,
    title: `The server's memory over ${number(requests)} requests`,
    text: [
      `Visitors add three products and read the basket twice, on ${CONNECTIONS} connections. The table has the resident memory in MiB, at the start and after each tenth of the requests.`,
    ],
    header: ['start', ...Array.from({ length: TENTHS }, (_, n) => `${(n + 1) * TENTHS} %`)],
    rows: [memory.map((each) => number(each))],
  };
}
