import { type ReactNode, useSyncExternalStore } from 'react';
import { Unreachable } from '../api/problem.js';
import { outbox } from '../basket/keep-basket.js';
import { useBasket } from '../basket/use-basket.js';
import { count } from './money.js';

/** While the network is unreachable: what the visitor did meanwhile is kept, and that is said. */
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
          ? `${count(waiting, 'change')} kept on this device, sent as soon as it works again.`
          : 'You can go on; changes are kept on this device.'}
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
