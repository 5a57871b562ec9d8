import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { oneByOne, queryPerSession } from './support/naive.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';
import { type Rate, removeByCtid, removeByRange } from './support/sql-loops.js';
import { clearTogether, type WatchedRun, watchSessionsClear } from './support/watched-run.js';

/** What the cleanup costs beside hand-written loops and beside the ways that come to mind first. */
export async function benchCleanup(expired: number, rounds: number): Promise<[Section, string]> {
  const active = expired >= 1_000_000 ? 1_000_000 : Math.round(expired / 5);
  const database = await BenchDatabase.open((client) => fillShop(client, { expired, active }));
  try {
    const runs: WatchedRun[] = [];
    const contenders: Record<string, (url: string) => Promise<Rate>> = {
      'SQL, a statement a batch, by place': removeByCtid,
      'SQL, a range of expiries a batch': removeByRange,
      '`sessions:clear`': async (url) => {
        const run = await watchSessionsClear(url);
        runs.push(run);
        return run;
      },
      '`sessions:clear`, two processes at once': (url) => clearTogether(url, 2),
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
        `Each with a guest's basket of three lines, beside ${number(active)} active ones; batches of 2,000, ${interleaved(rounds)}, each on a copy of one filled database. The ratio is to the faster of the two hand-written loops. The last two were stopped after five seconds.`,
        describe(runs),
      ],
      header: ['way', 'sessions/s: median (least–most)', 'ratio'],
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
  return `In the tenths of a run of \`sessions:clear\`, thousands a second: ${tenths}. Its memory rises by at most ${number(over, 1)} MiB above idle.`;
}
