import { once } from 'node:events';
import { cpuOf } from './support/cpu.js';
import { BenchDatabase } from './support/database.js';
import { spread } from './support/figures.js';
import { served, start, stop } from './support/program.js';
import type { Section } from './support/report.js';

/** The modules in their order of loading. Each step includes the steps before it. */
const STEPS: [string, string][] = [
  ['Node', ''],
  ['the libraries', `await import('./dist/src/bundle/libraries.js');`],
  ['the shop’s own modules', `await import('./dist/src/bundle/shop.js');`],
];

/** Measures the CPU time until `start:prod` is ready, step by step. */
export async function benchStartUp(_size: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(() => Promise.resolve());
  try {
    return await database.onCopy(async (url) => {
      const seconds = new Map<string, number[]>();
      const note = (name: string, spent: number) => seconds.set(name, [...(seconds.get(name) ?? []), spent]);
      for (let round = 0; round < rounds; round++) {
        for (const [name, cpu] of await loadStepByStep()) note(name, cpu);
        note('ready to serve', await startServer(url));
      }
      return [toSection(seconds, rounds), await database.version()];
    });
  } finally {
    await database.close();
  }
}

async function loadStepByStep(): Promise<[string, number][]> {
  const spent: [string, number][] = [];
  let loaded = '';
  for (const [name, load] of STEPS) {
    loaded += load;
    const say = `const { user, system } = process.cpuUsage(); console.log((user + system) / 1e6); process.exit(0);`;
    const child = start(['--input-type=module', '-e', loaded + say], { NODE_ENV: 'production' });
    let output = '';
    child.stdout?.on('data', (text) => (output += String(text)));
    await once(child, 'close');
    spent.push([name, Number(output)]);
  }
  return spent;
}

/** Returns the seconds of CPU until the server is ready. */
async function startServer(url: string): Promise<number> {
  const secret = 'a secret for a benchmark and nothing else';
  const server = start(['dist/src/main.js'], {
    NODE_ENV: 'production',
    DATABASE_URL: url,
    SESSION_SECRET: secret,
    JWT_SECRET: secret,
    HOST: '127.0.0.1',
    PORT: '0',
  });
  await served(server);
  const cpu = (await cpuOf([server.pid ?? 0])).get(server.pid ?? 0) ?? NaN;
  await stop(server);
  return cpu / 1_000;
}

function toSection(seconds: Map<string, number[]>, rounds: number): Section {
  return {
    name: 'start-up',
    title: 'Start-up',
    text: [
      `Seconds of CPU until \`npm run start:prod\` is ready, ${rounds} rounds. Each row includes the rows above it.`,
    ],
    header: ['', 'CPU, s: median (minimum–maximum)'],
    rows: [...seconds].map(([name, spent]) => [name, spread(spent, 2)]),
  };
}
