import { Agent } from 'node:http';
import { BenchDatabase, withClient } from './support/database.js';
import { median, number, quantile } from './support/figures.js';
import { served, start, stop } from './support/program.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';
import { fillShop } from './support/shop-data.js';
import { steadyLoad } from './support/steady-load.js';

const PER_SECOND = 50;
const SECONDS = 6;
const GUESTS = 100;

interface Phase {
  idle: number[];
  cleaning: number[];
  /** Sessions removed per second. */
  rate: number;
}

/** Measures the adds of visitors while the same process cleans up at full speed. */
export async function benchVisitors(expired: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(async (client) => {
    await fillShop(client, { expired, active: Math.round(expired / 5) });
    await client.query(
      `INSERT INTO products (sku, name, unit_price_minor) SELECT 'TEA-' || n, 'Tea', 450 FROM generate_series(1, 20) n`,
    );
  });
  try {
    const phases: Phase[] = [];
    for (let round = 0; round < rounds; round++) phases.push(await database.onCopy(measure));
    const row = (name: string, times: number[][]) => [
      name,
      ...[0.5, 0.95, 0.99].map((share) => number(median(times.map((all) => quantile(all, share))), 1)),
    ];
    const p99 = (times: number[][]) => median(times.map((all) => quantile(all, 0.99)));
    const [idle, cleaning] = [phases.map((phase) => phase.idle), phases.map((phase) => phase.cleaning)];
    const section: Section = {
      name: `visitors ${expired}`,
      title: 'Adds of visitors during a cleanup',
      text: [
        `${PER_SECOND} adds per second of ${GUESTS} guests, for ${SECONDS} s before and for ${SECONDS} s during a run of the cleanup in the same process, ${rounds} rounds. Server, database and load share the machine. The run removed ${number(median(phases.map(({ rate }) => rate)))} sessions per second. It raises the 99th percentile by a factor of ${number(p99(cleaning) / p99(idle), 2)}.`,
      ],
      header: ['', 'median, ms', '95th', '99th'],
      rows: [row('without the cleanup', idle), row('during the cleanup', cleaning)],
    };
    return [section, await database.version()];
  } finally {
    await database.close();
  }
}

async function measure(url: string): Promise<Phase> {
  const server = start(['dist/src/main.js'], {
    DATABASE_URL: url,
    PORT: '0',
    CLEANUP_CRON: 'off',
    BASKET_MAX_QUANTITY: '1000000000',
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  try {
    const address = await served(server);
    const guests = Array.from({ length: GUESTS }, () => new ShopClient(address, agent));
    const add = (n: number) =>
      guests[n % GUESTS]?.sends('POST', '/api/basket/lines', { sku: `TEA-${(n % 20) + 1}`, quantity: 1 }) ??
      Promise.resolve();
    for (let n = 0; n < GUESTS * 5; n++) await add(n);
    const idle = await steadyLoad(PER_SECOND, SECONDS, add);
    const admin = await logInAsAdmin(url, address, agent);
    await admin.sends('POST', '/api/admin/cleanup-runs');
    const cleaning = await steadyLoad(PER_SECOND, SECONDS, add);
    return { idle, cleaning, rate: await rateSoFar(url) };
  } finally {
    agent.destroy();
    await stop(server);
  }
}

async function logInAsAdmin(url: string, address: string, agent: Agent): Promise<ShopClient> {
  const credentials = { email: 'admin@example.com', password: 'correct horse battery' };
  const admin = new ShopClient(address, agent);
  await admin.sends('POST', '/api/auth/register', credentials);
  await withClient(url, (client) => client.query(`UPDATE users SET role = 'admin'`));
  await admin.sends('POST', '/api/auth/login', credentials);
  return admin;
}

/** @throws Error when the run ends before the load */
async function rateSoFar(url: string): Promise<number> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ rate: number; over: boolean }>(`
      SELECT (sessions_removed / extract(epoch FROM now() - started_at))::float8 AS rate, ended_at IS NOT NULL AS over
      FROM cleanup_runs`);
    const [run] = rows;
    if (!run || run.over) throw new Error('The cleanup ended too early. Use more sessions.');
    return run.rate;
  });
}
