import { Agent } from 'node:http';
import { BenchDatabase } from './support/database.js';
import { median, number, quantile } from './support/figures.js';
import { addProducts, type Contender, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';
import { steadyLoad } from './support/steady-load.js';

const PER_SECOND = 50;
const SECONDS = 8;
const PASSWORD = 'correct horse battery';

interface Phase {
  idle: number[];
  hashing: number[];
  /** Logins per second. */
  rate: number;
}

/** Measures the reads of a basket while other users log in and their passwords are hashed. */
export async function benchLogins(parallel: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(addProducts);
  try {
    return await database.onCopy(async (url) => {
      const env = { DATABASE_URL: url, RATE_LIMIT_LOGIN: 'off' };
      const phases = await withServers([{ name: 'shop', args: ['dist/src/main.js'], env }], ([shop]) =>
        shop
          ? measureAll(shop, parallel, rounds)
          : Promise.reject(new Error('The benchmark needs a server.')),
      );
      return [toSection(phases, parallel, rounds), await database.version()];
    });
  } finally {
    await database.close();
  }
}

async function measureAll({ url }: Contender, parallel: number, rounds: number): Promise<Phase[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const guest = new ShopClient(url, agent);
  await guest.sends('POST', '/api/basket/lines', { sku: 'TEA-1', quantity: 1 });
  const read = () => guest.sends('GET', '/api/basket');
  const emails = Array.from({ length: parallel }, (_, n) => `user-${n}@example.com`);
  for (const email of emails) {
    await new ShopClient(url, agent).sends('POST', '/api/auth/register', { email, password: PASSWORD });
  }
  await steadyLoad(PER_SECOND * 4, 3, read);
  const phases: Phase[] = [];
  for (let round = 0; round < rounds; round++) {
    const idle = await steadyLoad(PER_SECOND, SECONDS, read);
    let isDone = false;
    let logins = 0;
    const others = emails.map(async (email) => {
      while (!isDone) {
        await new ShopClient(url, agent).sends('POST', '/api/auth/login', { email, password: PASSWORD });
        logins += 1;
      }
    });
    const hashing = await steadyLoad(PER_SECOND, SECONDS, read);
    isDone = true;
    phases.push({ idle, hashing, rate: logins / SECONDS });
    await Promise.all(others);
  }
  agent.destroy();
  return phases;
}

function toSection(phases: Phase[], parallel: number, rounds: number): Section {
  const [idle, hashing] = [phases.map((phase) => phase.idle), phases.map((phase) => phase.hashing)];
  const p99 = (times: number[][]) => median(times.map((all) => quantile(all, 0.99)));
  const row = (name: string, times: number[][]) => [
    name,
    ...[0.5, 0.95, 0.99].map((share) => number(median(times.map((all) => quantile(all, share))), 1)),
  ];
  return {
    name: `logins ${parallel}`,
    title: `Reads of a basket while ${parallel} other users log in`,
    text: [
      `${PER_SECOND} reads per second, for ${SECONDS} s without logins and for ${SECONDS} s while ${parallel} users log in repeatedly (${number(median(phases.map(({ rate }) => rate)))} logins per second in total), ${rounds} rounds. Server, database and load share the machine. Logins raise the 99th percentile by a factor of ${number(p99(hashing) / p99(idle), 2)}.`,
    ],
    header: ['', 'median, ms', '95th', '99th'],
    rows: [row('without logins', idle), row('with logins', hashing)],
  };
}
