import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { BenchDatabase } from './support/database.js';
import { median, number, quantile } from './support/figures.js';
import { addProducts, type Contender, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { ShopClient } from './support/shop-client.js';
import { steadyLoad } from './support/steady-load.js';

const PARALLEL = 4;
const ADDS = 100;
const PER_SECOND = 50;
const SECONDS = 4;

interface Round {
  /** Milliseconds for `PARALLEL` adds one after the other, many times. */
  inARow: number[];
  parallel: number[];
  /** Milliseconds of another visitor's reads. */
  idle: number[];
  busy: number[];
}

/**
 * Measures parallel adds of one session: their total time, and how much they delay another visitor.
 */
export async function benchOneSession(connections: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(addProducts);
  try {
    return await database.onCopy(async (url) => {
      const env = { DATABASE_URL: url, BASKET_MAX_QUANTITY: '1000000000' };
      const measured = await withServers([{ name: 'shop', args: ['dist/src/main.js'], env }], ([shop]) =>
        shop
          ? measureAll(shop, connections, rounds)
          : Promise.reject(new Error('The benchmark needs a server.')),
      );
      return [toSection(measured, connections, rounds), await database.version()];
    });
  } finally {
    await database.close();
  }
}

async function measureAll({ url }: Contender, connections: number, rounds: number): Promise<Round[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections + 16 });
  const [guest, other] = [new ShopClient(url, agent), new ShopClient(url, agent)];
  const add = () => guest.sends('POST', '/api/basket/lines', { sku: 'TEA-1', quantity: 1 });
  const read = () => other.sends('GET', '/api/basket');
  await add();
  await other.sends('POST', '/api/basket/lines', { sku: 'TEA-1', quantity: 1 });
  await addInARow(add);
  await addAtOnce(add);
  await steadyLoad(PER_SECOND * 4, 2, read);
  const measured: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const [inARow, parallel] = [await addInARow(add), await addAtOnce(add)];
    const idle = await steadyLoad(PER_SECOND, SECONDS, read);
    const busy = await whileAdding(add, connections, () => steadyLoad(PER_SECOND, SECONDS, read));
    measured.push({ inARow, parallel, idle, busy });
  }
  agent.destroy();
  return measured;
}

async function addInARow(add: () => Promise<unknown>): Promise<number[]> {
  return timed(async () => {
    for (let n = 0; n < PARALLEL; n++) await add();
  });
}

async function addAtOnce(add: () => Promise<unknown>): Promise<number[]> {
  return timed(() => Promise.all(Array.from({ length: PARALLEL }, add)));
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < ADDS; n++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times;
}

/**
 * Every connection adds repeatedly. After a refusal it waits one to two seconds, because
 * `Retry-After` is 1.
 */
async function whileAdding<T>(
  add: () => Promise<unknown>,
  connections: number,
  work: () => Promise<T>,
): Promise<T> {
  let isDone = false;
  const adding = Array.from({ length: connections }, async () => {
    while (!isDone) await add().catch(() => sleep(1_000 + Math.random() * 1_000));
  });
  await sleep(500);
  const result = await work();
  isDone = true;
  await Promise.all(adding);
  return result;
}

function toSection(measured: Round[], connections: number, rounds: number): Section {
  const of = (times: (round: Round) => number[], share: number) =>
    median(measured.map((round) => quantile(times(round), share)));
  const row = (name: string, times: (round: Round) => number[], beside: (round: Round) => number[]) => [
    name,
    number(of(times, 0.5), 1),
    number(of(times, 0.99), 1),
    number(of(times, 0.5) / of(beside, 0.5), 2),
    number(of(times, 0.99) / of(beside, 0.99), 2),
  ];
  return {
    name: `one-session ${connections}`,
    title: 'Parallel adds of one session',
    text: [
      `First ${PARALLEL} adds of one session, sequential and parallel, ${ADDS} times each. Then ${PER_SECOND} reads of the basket per second by another visitor, without and with ${connections} connections that constantly add to the one session. ${rounds} rounds. Server, database and load share the machine.`,
    ],
    header: ['', 'median, ms', '99th, ms', 'ratio of the medians', 'ratio of the 99th'],
    rows: [
      row(
        `${PARALLEL} sequential adds`,
        ({ inARow }) => inARow,
        ({ inARow }) => inARow,
      ),
      row(
        `${PARALLEL} parallel adds`,
        ({ parallel }) => parallel,
        ({ inARow }) => inARow,
      ),
      row(
        'another visitor reads',
        ({ idle }) => idle,
        ({ idle }) => idle,
      ),
      row(
        `reads beside ${connections} connections`,
        ({ busy }) => busy,
        ({ idle }) => idle,
      ),
    ],
  };
}
