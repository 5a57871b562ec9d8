import { Agent } from 'node:http';
import { BenchDatabase } from './support/database.js';
import { interleaved, median, number } from './support/figures.js';
import { addProducts, type Contender, measureCpu, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';
import { fillShop } from './support/shop-data.js';

const CONNECTIONS = 16;
const SECONDS = 2;
const PASSWORD = 'correct horse battery';

interface Route {
  name: string;
  /** Prepares a visitor. */
  enter?: (visitor: ShopClient, n: number) => Promise<unknown>;
  /** Sends requests of a visitor, and returns their number. */
  act: (visitor: ShopClient, n: number) => Promise<number>;
}

const ROUTES: Route[] = [
  { name: 'set a line', enter: fillBasket, act: setLine },
  {
    name: 'remove a line and set it again',
    enter: fillBasket,
    act: async (guest, n) => {
      await guest.sends('DELETE', '/api/basket/lines/TEA-2');
      return 1 + (await setLine(guest, n));
    },
  },
  { name: 'a page of 20 products', act: (guest) => send(guest, 'GET', '/api/products') },
  { name: 'refresh a token', enter: logIn, act: (user) => send(user, 'POST', '/api/auth/refresh') },
  { name: 'log in, including the password hash', act: logIn },
];

/**
 * Compares the other frequent routes with a bare server with one hand-tuned statement per request.
 */
export async function benchRoutes(active: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(async (client) => {
    await fillShop(client, { active });
    await addProducts(client);
  });
  try {
    return await database.onCopy(async (url) => {
      const env = { DATABASE_URL: url, RATE_LIMIT_LOGIN: 'off' };
      const servers = [
        { name: 'bare', args: ['--import', 'tsx', 'bench/bare/server.ts'], env },
        { name: 'shop', args: ['dist/src/main.js'], env },
      ];
      const costs = await withServers(servers, ([bare, shop]) => {
        if (!bare || !shop) throw new Error('The benchmark needs two servers.');
        return measureAll([bare, shop], database.postmasterPid, rounds);
      });
      return [toSection(costs, active, rounds), await database.version()];
    });
  } finally {
    await database.close();
  }
}

type Costs = Map<string, Awaited<ReturnType<typeof measureCpu>>[]>;

async function measureAll(
  contenders: [bare: Contender, shop: Contender],
  postmaster: number,
  rounds: number,
): Promise<Costs> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const [, shop] = contenders;
  const emails = Array.from({ length: CONNECTIONS }, (_, n) => emailOf(n));
  for (const email of emails) {
    await new ShopClient(shop.url, agent).sends('POST', '/api/auth/register', { email, password: PASSWORD });
  }
  const costs: Costs = new Map();
  // The first round is a warm-up.
  for (let round = 0; round <= rounds; round++) {
    for (const { name, enter, act } of ROUTES) {
      for (const contender of contenders) {
        const visitors = emails.map(() => new ShopClient(contender.url, agent));
        for (const [n, visitor] of visitors.entries()) await enter?.(visitor, n);
        const cost = await measureCpu(contender, postmaster, () => repeat(visitors, act));
        const key = `${contender.name} ${name}`;
        if (round > 0) costs.set(key, [...(costs.get(key) ?? []), cost]);
      }
    }
  }
  agent.destroy();
  return costs;
}

/** Runs all visitors in parallel, each with one request after the other. */
async function repeat(visitors: ShopClient[], act: Route['act']): Promise<number> {
  const until = performance.now() + SECONDS * 1_000;
  const sent = await Promise.all(
    visitors.map(async (visitor, n) => {
      let requests = 0;
      while (performance.now() < until) requests += await act(visitor, n + requests);
      return requests;
    }),
  );
  return sent.reduce((sum, requests) => sum + requests, 0);
}

async function fillBasket(guest: ShopClient): Promise<void> {
  for (const sku of ['TEA-2', 'TEA-4', 'TEA-6'])
    await guest.sends('POST', '/api/basket/lines', { sku, quantity: 1 });
}

async function setLine(guest: ShopClient, n: number): Promise<number> {
  await guest.sends('PUT', '/api/basket/lines/TEA-2', { quantity: 1 + (n % 9) });
  return 1;
}

async function logIn(visitor: ShopClient, n: number): Promise<number> {
  await visitor.sends('POST', '/api/auth/login', { email: emailOf(n % CONNECTIONS), password: PASSWORD });
  return 1;
}

async function send(visitor: ShopClient, method: string, path: string): Promise<number> {
  await visitor.sends(method, path);
  return 1;
}

function emailOf(n: number): string {
  return `user-${n}@example.com`;
}

function toSection(costs: Costs, active: number, rounds: number): Section {
  const of = (key: string, figure: 'serverCpu' | 'databaseCpu' | 'rate') =>
    median((costs.get(key) ?? []).map((cost) => cost[figure]));
  const row = ({ name }: Route) => {
    const ratio = (figure: 'serverCpu' | 'databaseCpu' | 'rate') =>
      number(of(`shop ${name}`, figure) / of(`bare ${name}`, figure), 2);
    return [
      name,
      ...['bare', 'shop'].map((server) => number(of(`${server} ${name}`, 'serverCpu'), 2)),
      ratio('serverCpu'),
      ratio('databaseCpu'),
      ratio('rate'),
    ];
  };
  return {
    name: `routes ${active}`,
    title: `Other routes with ${number(active)} baskets in the tables`,
    text: [
      `${CONNECTIONS} parallel visitors, ${SECONDS} s per route, ${interleaved(rounds)}, compared with the bare server of \`bench/bare\` on the same tables. A ratio is the shop's figure divided by that of the bare server.`,
    ],
    header: [
      '',
      'server CPU of bare, ms',
      'server CPU of the shop, ms',
      'ratio',
      'ratio of the database CPU',
      'ratio of the rates',
    ],
    rows: ROUTES.map(row),
  };
}
