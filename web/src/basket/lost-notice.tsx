import { useMutation, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { messageOf, retryTemporary } from '../api/problem.js';
import { count } from '../page/money.js';
import { notices } from '../page/notices.js';
import { addLines } from './bulk-change.js';
import { dismiss, lostQuery } from './keep-basket.js';
import type { Lost } from './known-basket.js';
import { titleOf } from './line-key.js';

/** Offers the products of an expired session again. */
export function LostNotice(): ReactNode {
  const { data: lost } = useQuery(lostQuery);
  const restore = useRestore();
  if (!lost) return <div role="status" />;
  return (
    <div className="banner" role="status">
      {lost.owner === 'user' ? (
        <p>
          <strong>You have been logged out.</strong> Your account keeps your basket.{' '}
          <Link href="/login">Log in</Link> again to see it. Products that you add until then are added to it.
        </p>
      ) : (
        <p>
          <strong>Your visit has expired.</strong> Your basket held these products:{' '}
          {lost.lines.map(titleOf).join(', ')}.
        </p>
      )}
      {lost.lines.length > 0 && (
        <button
          type="button"
          className="button"
          disabled={restore.isPending}
          onClick={() => restore.mutate(lost)}
        >
          Put {count(lost.lines.length, 'product')} back
        </button>
      )}
      <button type="button" className="button quiet" onClick={dismiss}>
        Dismiss
      </button>
    </div>
  );
}

function useRestore() {
  return useMutation({
    mutationFn: ({ lines, key }: Lost) => addLines(lines, key),
    retry: retryTemporary,
    onSuccess: dismiss,
    onError: (error) => notices.problem(messageOf(error)),
  });
}
