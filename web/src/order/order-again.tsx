import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useLocation } from 'wouter';
import { answerOf, api } from '../api/client.js';
import { messageOf, retryTemporary } from '../api/problem.js';
import type { components } from '../api/schema.js';
import { showResults } from '../basket/bulk-change.js';
import { withBrowserLock } from '../basket/with-browser-lock.js';
import { newKey } from '../page/new-key.js';
import { notices } from '../page/notices.js';
import { moment } from '../page/time.js';

type Order = components['schemas']['OrderDto'];

/** Adds the products of an order to the basket, and shows the basket. */
export function OrderAgain({ order }: { order: Order }): ReactNode {
  const [, navigate] = useLocation();
  // The same after a failure: the order may have been added although the response was lost.
  const [key] = useState(newKey);
  const again = useMutation({
    mutationFn: () => sendReorder(order, key),
    retry: retryTemporary,
    onSuccess: (done) => {
      showResults(order.lines, done);
      navigate('/basket');
    },
    onError: (error) => notices.problem(messageOf(error)),
  });
  return (
    <button
      type="button"
      className="button quiet"
      aria-label={`Order again: order of ${moment(order.submittedAt)}`}
      disabled={again.isPending}
      onClick={() => again.mutate()}
    >
      Order again
    </button>
  );
}

async function sendReorder({ id }: Order, key: string) {
  const params = { path: { id }, header: { 'Idempotency-Key': key } };
  return withBrowserLock(() => answerOf(api.POST('/api/orders/{id}/reorder', { params })));
}
