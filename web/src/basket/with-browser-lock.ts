import { NAMESPACE } from '../page/base-path.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Does something while no other tab does: a write to the basket, a login or a logout.
 *
 * Web Locks need a secure context. Without one it is one at a time in this tab, and idempotency keys do the rest.
 */
export async function withBrowserLock<T>(work: () => Promise<T>): Promise<T> {
  if ('locks' in navigator) return navigator.locks.request(NAMESPACE, work);
  const result = last.then(work, work);
  last = result.catch(() => undefined);
  return result;
}
