import { NAMESPACE } from '../page/base-path.js';
import { newKey } from '../page/new-key.js';
import type { Basket, Product } from './basket-write.js';
import { lineKey } from './line-key.js';

const KNOWN = `${NAMESPACE}.known`;
const LOST = `${NAMESPACE}.lost`;

interface KnownBasket {
  id: string | null;
  owner: Basket['owner'];
  lines: (Product & { quantity: number })[];
}

/** The loss by an expired session: a guest's products, or a user's login. */
export type Lost = Pick<KnownBasket, 'owner' | 'lines'> & {
  /** The `Idempotency-Key` for adding the lines again, the same in all tabs. */
  key: string;
};

/**
 * Compares the shop's basket with the last known one.
 *
 * Another basket, or none, means that the session has expired, unless the visitor has caused it
 * (see `forget`). `changedKey` is the key of a line whose quantity the visitor has set meanwhile:
 * its earlier quantity is not lost.
 */
export function remember(basket: Basket, changedKey?: string): Lost | null {
  const known = read<KnownBasket>(KNOWN);
  if (known && basket.owner === 'guest' && isGone(known, basket)) {
    const lines = known.owner === 'guest' ? known.lines.filter((line) => lineKey(line) !== changedKey) : [];
    if (known.owner === 'user' || lines.length > 0)
      write(LOST, { owner: known.owner, lines, key: newKey() } satisfies Lost);
  }
  write(KNOWN, { id: basket.id, owner: basket.owner, lines: basket.lines.map(toKnownLine) });
  return readLost();
}

/** Called after a login, a logout or an order, which change the basket on purpose. */
export function forget(): void {
  localStorage.removeItem(KNOWN);
  localStorage.removeItem(LOST);
}

export function readLost(): Lost | null {
  return read<Lost>(LOST);
}

export function dismissLost(): void {
  localStorage.removeItem(LOST);
}

function isGone(known: KnownBasket, basket: Basket): boolean {
  return known.owner === 'user' || (known.lines.length > 0 && known.id !== basket.id);
}

function toKnownLine({ sku, attributes, name, unitPriceMinor, quantity }: Basket['lines'][number]) {
  return { sku, attributes, name, unitPriceMinor, quantity };
}

function read<T>(key: string): T | null {
  return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null;
}

function write(key: string, value: unknown): void {
  localStorage.setItem(key, JSON.stringify(value));
}
