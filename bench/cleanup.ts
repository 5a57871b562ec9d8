import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { oneByOne, queryPerSession } from './support/naive.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';
import { type Rate, removeByCtid, removeByRange } from './support/sql-loops.js';
import { clearTogether, type WatchedRun, watchSessionsClear } from './support/watched-run.js';

/** Compares the cleanup with hand-written loops and with two naive implementations. */
export async function benchCleanup(expired: number, rounds: number): Promise<[Section, string]> {
  const active = expired >= 1_000_000 ? 1_000_000 : Math.round(expired / 5);
  const database = await BenchDatabase.open((client) => fillShop(client, { expired, active }));
  try {
    const runs: WatchedRun[] = [];
    const contenders: Record<string, (url: string) => Promise<Rate>> = {
      'SQL, one statement per batch, by ctid': removeByCtid,
      'SQL, one range of expiry times per batch': removeByRange,
      '`sessions:clear`': async (url) => {
        const run = await watchSessionsClear(url);
        runs.push(run);
        return run;
      },
      '`sessions:clear`, two processes in parallel': (url) => clearTogether(url, 2),
    };
    const rates: Record<string, number[]> = {};
    const measure = async (name: string, contender: (url: string) => Promise<Rate>) => {
      const { count, seconds } = await database.onCopy(contender);
      process.stderr.write(`${name}: ${number(count / seconds)}/s\n`);
      (rates[name] ??= []).push(count / seconds);
    };
    for (let round = 0; round < rounds; round++) {
      for (const [name, contender] of Object.entries(contenders)) await measure(name, contender);
    }
    await measure('TypeORM, batches of 1,000, a query per session in the subscriber', queryPerSession);
    await measure('TypeORM, `remove()` entity by entity', oneByOne);
    const limit = Math.max(
      ...Object.entries(rates).flatMap(([name, all]) => (name.startsWith('SQL') ? median(all) : [])),
    );
    const section: Section = {
      name: `cleanup ${expired}`,
      title: `The cleanup of ${number(expired)} expired sessions`,
      text: [
        `Each session has a guest's basket of three lines. The tables also have ${number(active)} active sessions with such baskets. Batches have 2,000 sessions, ${interleaved(rounds)}, each on a copy of one filled database. The ratio is to the faster of the two hand-written loops. The last two implementations were stopped after five seconds.`,
        describe(runs),
      ],
      header: ['implementation', 'sessions/s: median (minimum–maximum)', 'ratio'],
      rows: Object.entries(rates).map(([name, all]) => [name, spread(all), number(median(all) / limit, 3)]),
    };
    return [section, await database.version()];
  } finally {
    await database.close();
  }
}

function describe(runs: WatchedRun[]): string {
  const over = Math.max(...runs.map(({ peakMemory, idleMemory }) => peakMemory - idleMemory));
  const tenths = runs
    .map(({ tenths }) => tenths.map((rate) => number(rate / 1_000, 1)).join(', '))
    .join('; ');
  return `Thousands of sessions per second in each tenth of a run of \`sessions:clear\`: ${tenths}. Its memory rises by at most ${number(over, 1)} MiB above idle.`;
}
