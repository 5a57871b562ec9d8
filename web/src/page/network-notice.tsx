import { type ReactNode, useSyncExternalStore } from 'react';
import { Unreachable } from '../api/problem.js';
import { outbox } from '../basket/keep-basket.js';
import { useBasket } from '../basket/use-basket.js';
import { count } from './money.js';

/** Tells the visitor that the network or the shop is unavailable, and that changes are kept. */
export function NetworkNotice(): ReactNode {
  const { waiting, sendError, error } = useBasket();
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  const isUnreachable = !isOnline || sendError instanceof Unreachable || error instanceof Unreachable;
  if (!isUnreachable && !sendError) return <div role="status" />;
  return (
    <div className="banner warning" role="status">
      <p>
        <strong>{isUnreachable ? 'No connection.' : 'The shop is busy.'}</strong>{' '}
        {waiting > 0
          ? `This device keeps ${count(waiting, 'change')} and will send everything automatically.`
          : 'You can continue. This device keeps your changes.'}
      </p>
      <button type="button" className="button quiet" onClick={() => outbox.retryNow()}>
        Try now
      </button>
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  for (const event of ['online', 'offline']) window.addEventListener(event, listener);
  return () => {
    for (const event of ['online', 'offline']) window.removeEventListener(event, listener);
  };
}
