import { BenchDatabase } from './support/database.js';
import { interleaved, median, number, spread } from './support/figures.js';
import { addProducts, measureMix, type Phase, withServers } from './support/mix.js';
import type { Section } from './support/report.js';
import { fillShop } from './support/shop-data.js';

const SECONDS = 5;
const WARM_UP_SECONDS = 4;
const CONNECTIONS = 16;

/** Tells whether requests take longer on large tables: the same mix on empty and on full tables. */
export async function benchGrowth(active: number, rounds: number): Promise<[Section, string]> {
  const database = await BenchDatabase.open(addProducts);
  try {
    const empty = await database.add('empty', addProducts);
    const full = await database.add('full_tables', async (client) => {
      await fillShop(client, { active });
      await addProducts(client);
    });
    const phases: [Phase[], Phase[]] = [[], []];
    const servers = [empty, full].map((url) => ({
      name: url,
      args: ['dist/src/main.js'],
      env: { DATABASE_URL: url },
    }));
    await withServers(servers, async (contenders) => {
      for (const contender of contenders) {
        await measureMix(contender, database.postmasterPid, CONNECTIONS, WARM_UP_SECONDS);
      }
      for (let round = 0; round < rounds; round++) {
        for (const [n, contender] of contenders.entries()) {
          phases[n]?.push(await measureMix(contender, database.postmasterPid, CONNECTIONS, SECONDS));
        }
      }
    });
    return [toSection(phases, active, rounds), await database.version()];
  } finally {
    await database.close();
  }
}

function toSection([empty, full]: [Phase[], Phase[]], active: number, rounds: number): Section {
  const rateOf = (phases: Phase[]) => median(phases.map(({ rate }) => rate));
  const row = (name: string, phases: Phase[]) => [
    name,
    spread(phases.map(({ rate }) => rate)),
    number(median(phases.map(({ databaseCpu }) => databaseCpu)), 2),
    number(rateOf(phases) / rateOf(empty), 2),
  ];
  return {
    name: `growth ${active}`,
    title: `Requests on tables with ${number(active)} baskets`,
    text: [
      `The same mix as in “Requests”, with ${CONNECTIONS} connections, ${SECONDS} s each, ${interleaved(rounds)}. It compares two processes of the shop: one starts on empty tables, the other on tables with ${number(active)} baskets of active guests and ${number(active * 3)} lines.`,
    ],
    header: ['tables', 'requests/s: median (minimum–maximum)', 'database CPU, ms', 'ratio'],
    rows: [row('empty at first', empty), row(`${number(active)} baskets`, full)],
  };
}
