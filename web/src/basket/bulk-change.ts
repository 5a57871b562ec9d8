import { answerOf, api } from '../api/client.js';
import { type Problem, refusalMessage } from '../api/problem.js';
import type { components } from '../api/schema.js';
import { notices } from '../page/notices.js';
import type { Product } from './basket-write.js';
import { showBasket } from './keep-basket.js';
import { lineKey, titleOf } from './line-key.js';
import { withBrowserLock } from './with-browser-lock.js';

type Changes = components['schemas']['ChangedBasketDto'];
type WantedLine = Product & { quantity: number };

/** The most changes in one request. */
const MOST = 100;

/** Adds what can be added of several lines. Their quantities are judged together. */
export async function addLines(lines: WantedLine[], key: string): Promise<void> {
  for (let start = 0; start < lines.length; start += MOST) {
    const part = lines.slice(start, start + MOST);
    const params = { header: { 'Idempotency-Key': `${key}.${start}` } };
    const changes = part.map(({ sku, attributes, quantity }) => ({ sku, attributes, add: quantity }));
    const body = { mode: 'possible' as const, changes };
    const done = await withBrowserLock(() => answerOf(api.POST('/api/basket/changes', { params, body })));
    showResults(part, done);
  }
}

/** Shows the basket after several adds, and a notice for each line that was refused. */
export function showResults(lines: Omit<Product, 'unitPriceMinor'>[], { basket, results }: Changes): void {
  showBasket(basket);
  for (const { index, problem } of results) {
    const line = lines[index];
    if (line && problem) {
      notices.problem(`${titleOf(line)}: ${refusalMessage(problem as Problem)}`, lineKey(line));
    }
  }
}
