import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { applyWrites, type Basket } from './basket-write.js';
import { basketQuery, outbox } from './keep-basket.js';

interface ShownBasket {
  /** With what the visitor did and the shop has not confirmed yet; undefined before the first answer. */
  basket: Basket | undefined;
  /** Changes that are on their way. */
  waiting: number;
  /** Why they don't get through. */
  sendError: unknown;
  /** Why there is no basket to show. */
  error: Error | null;
}

export function useBasket(): ShownBasket {
  const { data, error } = useQuery(basketQuery);
  const { writes, sendError } = useSyncExternalStore(outbox.subscribe, outbox.current);
  const basket = useMemo(() => data && applyWrites(data, writes), [data, writes]);
  return { basket, waiting: writes.length, sendError, error };
}
