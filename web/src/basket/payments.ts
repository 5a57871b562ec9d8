import { NAMESPACE } from '../page/base-path.js';
import type { Basket } from './basket-write.js';

/** Each payment has its own entry, so that no tab overwrites an entry of another tab. */
const STORED = `${NAMESPACE}.payment.`;

/**
 * The frozen baskets that this browser knows.
 *
 * The shop shows one basket: the open one, else the latest frozen one. A user may have others, for
 * example after a login during a payment. A frozen basket cannot change, so a copy of it is exact.
 */
class Payments {
  private list: readonly Basket[] = read();
  private readonly listeners = new Set<() => void>();

  constructor() {
    window.addEventListener('storage', ({ key }) => key?.startsWith(STORED) && this.changed());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): readonly Basket[] => this.list;

  hasOthers(basket: Basket): boolean {
    return this.list.some(({ id }) => id !== basket.id);
  }

  /** Keeps a frozen basket. Forgets a basket that is not frozen any more. */
  remember(basket: Basket): void {
    // A guest has only one basket. The others are those of a user whose session has expired.
    if (basket.owner === 'guest') removeAll();
    if (basket.status === 'frozen') localStorage.setItem(STORED + basket.id, JSON.stringify(basket));
    else localStorage.removeItem(STORED + basket.id);
    this.changed();
  }

  end({ id }: Basket): void {
    localStorage.removeItem(STORED + id);
    this.changed();
  }

  /** Called when the visitor is another one. */
  clear(): void {
    removeAll();
    this.changed();
  }

  private changed(): void {
    this.list = read();
    this.listeners.forEach((listener) => listener());
  }
}

export const payments = new Payments();

function keys(): string[] {
  return Object.keys(localStorage).filter((key) => key.startsWith(STORED));
}

function read(): Basket[] {
  return keys().map((key) => JSON.parse(localStorage.getItem(key) ?? '{}') as Basket);
}

function removeAll(): void {
  for (const key of keys()) localStorage.removeItem(key);
}
