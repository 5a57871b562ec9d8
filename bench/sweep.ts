import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { run } from './support/program.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';
import { type Rate, removeOrphans } from './support/sql-loops.js';

/** Compares `baskets:sweep` with a hand-written loop over the primary key. */
export async function benchSweep(orphans: number, rounds: number): Promise<[Section, string]> {
  const active = Math.round(orphans / 5);
  const database = await BenchDatabase.open((client) => fillShop(client, { active, orphans }));
  const contenders: Record<string, (url: string) => Promise<Rate>> = {
    'SQL, one statement per batch, by keyset': removeOrphans,
    '`baskets:sweep`': sweep,
  };
  const rates: Record<string, number[]> = {};
  try {
    for (let round = 0; round < rounds; round++) {
      for (const [name, contender] of Object.entries(contenders)) {
        const { count, seconds } = await database.onCopy(contender);
        process.stderr.write(`${name}: ${number(count / seconds)}/s\n`);
        (rates[name] ??= []).push(count / seconds);
      }
    }
    const limit = median(Object.values(rates)[0] ?? []);
    const section: Section = {
      name: `sweep ${orphans}`,
      title: `The sweep of ${number(orphans)} orphans`,
      text: [
        `Each orphan is a basket of three lines, among ${number(active)} baskets of active guests. Batches have 5,000 baskets, ${interleaved(rounds)}, each on a copy of one filled database.`,
      ],
      header: ['implementation', 'orphans/s: median (minimum–maximum)', 'ratio'],
      rows: Object.entries(rates).map(([name, all]) => [name, spread(all), number(median(all) / limit, 3)]),
    };
    return [section, await database.version()];
  } finally {
    await database.close();
  }
}

/** Uses the command's own duration, which does not include the start of the process. */
async function sweep(url: string): Promise<Rate> {
  const output = await run(['dist/src/cli.js', 'baskets:sweep', '--json'], { DATABASE_URL: url });
  const { baskets: count, seconds } = JSON.parse(output) as { baskets: number; seconds: number };
  return { count, seconds };
}
