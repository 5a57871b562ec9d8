/**
 * `npm run bench` runs all benchmarks, or the named one. Each has its own database, and is compared
 * with its limit in the same run.
 */
import { benchBulk } from './bulk.js';
import { benchCleanup } from './cleanup.js';
import { benchGrowth } from './growth.js';
import { benchLogins } from './logins.js';
import { benchLooks } from './looks.js';
import { benchMemory } from './memory.js';
import { benchOneSession } from './one-session.js';
import { benchRequests } from './requests.js';
import { benchRoutes } from './routes.js';
import { benchStartUp } from './start-up.js';
import { report, type Section } from './support/report.js';
import { benchSweep } from './sweep.js';
import { benchVisitors } from './visitors.js';

interface Benchmark {
  run: (size: number, rounds: number) => Promise<[Section, postgres: string]>;
  /** The default number of rows to work on, of rows in the tables, of requests, or of changes. */
  size: number;
  /** The default number of rounds. */
  rounds: number;
}

/** All of them with their defaults take less than ten minutes. */
const BENCHMARKS: Record<string, Benchmark> = {
  cleanup: { run: benchCleanup, size: 100_000, rounds: 3 },
  visitors: { run: benchVisitors, size: 300_000, rounds: 3 },
  sweep: { run: benchSweep, size: 100_000, rounds: 3 },
  requests: { run: benchRequests, size: 100_000, rounds: 5 },
  routes: { run: benchRoutes, size: 100_000, rounds: 3 },
  bulk: { run: benchBulk, size: 100, rounds: 3 },
  growth: { run: benchGrowth, size: 200_000, rounds: 3 },
  looks: { run: benchLooks, size: 10_000, rounds: 3 },
  'one-session': { run: benchOneSession, size: 200, rounds: 3 },
  logins: { run: benchLogins, size: 32, rounds: 3 },
  memory: { run: benchMemory, size: 20_000, rounds: 3 },
  'start-up': { run: benchStartUp, size: 1, rounds: 3 },
};

// pg warns about parallel queries on one connection. One of the naive implementations sends such
// queries.
process.removeAllListeners('warning');

const [name, size, rounds] = process.argv.slice(2);
const wanted = Object.keys(BENCHMARKS).filter((known) => name === undefined || name === known);
if (wanted.length === 0 || !/^\d*$/.test(`${size ?? ''}${rounds ?? ''}`)) {
  process.stderr.write(
    `Usage: npm run bench -- [${Object.keys(BENCHMARKS).join('|')}] [rows, requests or changes] [rounds]\n`,
  );
  process.exit(1);
}
for (const each of wanted) {
  const benchmark = BENCHMARKS[each];
  if (!benchmark) continue;
  const [section, postgres] = await benchmark.run(
    Number(size ?? benchmark.size),
    Number(rounds ?? benchmark.rounds),
  );
  await report(section, postgres);
}
