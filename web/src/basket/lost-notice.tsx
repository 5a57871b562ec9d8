import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { count } from '../page/money.js';
import { dismiss, lostQuery, restore } from './keep-basket.js';

/** After a session has expired: what went with it can be had again. */
export function LostNotice(): ReactNode {
  const { data: lost } = useQuery(lostQuery);
  if (!lost) return <div role="status" />;
  return (
    <div className="banner" role="status">
      {lost.owner === 'user' ? (
        <p>
          <strong>You have been logged out.</strong> Your basket is kept in your account:{' '}
          <Link href="/login">log in</Link> again. What you add until then will be put into it.
        </p>
      ) : (
        <p>
          <strong>Your visit has expired,</strong> and the basket with it:{' '}
          {lost.lines.map(({ name }) => name).join(', ')}.
        </p>
      )}
      {lost.lines.length > 0 && (
        <button type="button" className="button" onClick={() => restore(lost)}>
          Put {count(lost.lines.length, 'product')} back
        </button>
      )}
      <button type="button" className="button quiet" onClick={dismiss}>
        Dismiss
      </button>
    </div>
  );
}
