import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { applyWrites, type Basket } from './basket-write.js';
import { basketQuery, outbox } from './keep-basket.js';

interface ShownBasket {
  /** The shop's basket with the unconfirmed changes. Undefined before the first response. */
  basket: Basket | undefined;
  /** The number of unconfirmed changes. */
  waiting: number;
  /** The error that delays them. */
  sendError: unknown;
  /** The error when there is no basket to show. */
  error: Error | null;
}

export function useBasket(): ShownBasket {
  const { data, error } = useQuery(basketQuery);
  const { writes, sendError } = useSyncExternalStore(outbox.subscribe, outbox.current);
  const basket = useMemo(() => data && applyWrites(data, writes), [data, writes]);
  return { basket, waiting: writes.length, sendError, error };
}

/** Returns the quantity of a product over all its lines. */
export function piecesOf(basket: Basket | undefined, sku: string): number {
  const lines = basket?.lines.filter((line) => line.sku === sku) ?? [];
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}
