/** `npm run bench -- cleanup`: each benchmark on a database of its own, beside its limit in the same run. */
import { benchCleanup } from './cleanup.js';
import { benchRequests } from './requests.js';
import { report, type Section } from './support/report.js';
import { benchSweep } from './sweep.js';
import { benchVisitors } from './visitors.js';

interface Benchmark {
  run: (size: number, rounds: number) => Promise<[Section, postgres: string]>;
  /** Rows to work on, unless said. */
  size: number;
}

const BENCHMARKS: Record<string, Benchmark[]> = {
  cleanup: [
    { run: benchCleanup, size: 500_000 },
    { run: benchVisitors, size: 1_000_000 },
  ],
  sweep: [{ run: benchSweep, size: 500_000 }],
  requests: [{ run: benchRequests, size: 100_000 }],
  visitors: [{ run: benchVisitors, size: 1_000_000 }],
};
const ROUNDS = 3;

// pg warns of queries that overlap on one connection, which is what one of the naive ways does.
process.removeAllListeners('warning');

const [name = '', size, rounds = String(ROUNDS)] = process.argv.slice(2);
const wanted = BENCHMARKS[name];
if (!wanted || !/^\d+$/.test(`${size ?? ''}${rounds}`)) {
  process.stderr.write(`Usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [rows] [rounds]\n`);
  process.exit(1);
}
for (const benchmark of size === undefined ? wanted : wanted.slice(0, 1)) {
  const [section, postgres] = await benchmark.run(Number(size ?? benchmark.size), Number(rounds));
  await report(section, postgres);
}
