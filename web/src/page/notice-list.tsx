import { type ReactNode, useSyncExternalStore } from 'react';
import { notices } from './notices.js';

/** Always in the page, because screen readers announce only changes of an existing element. */
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
