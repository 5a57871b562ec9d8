import { NAMESPACE } from '../page/base-path.js';

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs work (a write to the basket, a login, a logout) while no other tab does.
 *
 * Web Locks need a secure context. Without one the lock covers this tab only, and idempotency keys
 * prevent double writes.
 */
export async function withBrowserLock<T>(work: () => Promise<T>): Promise<T> {
  if ('locks' in navigator) return navigator.locks.request(NAMESPACE, work);
  const result = last.then(work, work);
  last = result.catch(() => undefined);
  return result;
}
