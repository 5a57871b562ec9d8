import { type ReactNode, useSyncExternalStore } from 'react';
import { notices } from './notices.js';

/** Always there: a screen reader reads out what comes into it. */
export function NoticeList(): ReactNode {
  const list = useSyncExternalStore(notices.subscribe, notices.current);
  return (
    <div className="notices" role="status" aria-live="polite">
      {list.map(({ id, text, isProblem }) => (
        <p key={id} className={isProblem ? 'notice problem' : 'notice'}>
          <span>{text}</span>
          <button type="button" aria-label={`Dismiss: ${text}`} onClick={() => notices.dismiss(id)}>
            ×
          </button>
        </p>
      ))}
    </div>
  );
}
