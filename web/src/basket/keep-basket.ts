import { QueryClient, queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.js';
import { isTemporary, messageOf } from '../api/problem.js';
import { NAMESPACE } from '../page/base-path.js';
import { newKey } from '../page/new-key.js';
import { notices } from '../page/notices.js';
import type { Basket, BasketWrite, Product } from './basket-write.js';
import { dismissLost, forget, type Lost, readLost, remember } from './known-basket.js';
import { lineKey, titleOf } from './line-key.js';
import { Outbox } from './outbox.js';
import { payments } from './payments.js';
import { sendWrite } from './send-write.js';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (failures, error) => failures < 3 && isTemporary(error) },
    // Without a network, mutations fail with an error instead of waiting silently.
    mutations: { networkMode: 'always' },
  },
});

const BASKET = ['basket'];
const LOST = ['lost'];
/** Data that is the same for all visitors, or that is replaced separately. */
const SHARED = new Set(['products', 'product', 'basket', 'lost']);

export const basketQuery = queryOptions({
  queryKey: BASKET,
  queryFn: async ({ signal }) => rememberBasket(await answerOf(api.GET('/api/basket', { signal }))),
});

export const lostQuery = queryOptions<Lost | null>({
  queryKey: LOST,
  queryFn: () => readLost(),
  staleTime: Infinity,
});

export const outbox = new Outbox({
  send: sendWrite,
  confirmed: (basket, { kind, product }) => showBasket(basket, kind === 'set' ? lineKey(product) : undefined),
  refused: ({ product }, problem) => {
    notices.problem(`${titleOf(product)}: ${messageOf(problem)}`, lineKey(product));
    // The visitor has changed a basket, or a product, that is different by now.
    void readBasketAgain();
  },
});

/** Messages to the other tabs of this browser. */
type TabMessage = { basket: Basket } | 'visitor-changed';
const tabs = new BroadcastChannel(NAMESPACE);
tabs.onmessage = ({ data }: MessageEvent<TabMessage>) => {
  if (data === 'visitor-changed') void forgetVisitor();
  else storeBasket(data.basket);
};

export function write(
  kind: BasketWrite['kind'],
  { sku, attributes, name, unitPriceMinor }: Product,
  quantity: number,
): void {
  outbox.add({ key: newKey(), kind, product: { sku, attributes, name, unitPriceMinor }, quantity });
}

/**
 * Shows the basket of a response in all tabs.
 *
 * `changedKey` is the key of the line whose quantity the visitor has set.
 */
export function showBasket(basket: Basket, changedKey?: string): void {
  storeBasket(basket, changedKey);
  tabs.postMessage({ basket } satisfies TabMessage);
}

export async function readBasketAgain(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: BASKET });
}

/** Called after a login, a logout or an order: all known data may belong to another visitor. */
export async function visitorChanged(): Promise<void> {
  forget();
  tabs.postMessage('visitor-changed' satisfies TabMessage);
  await forgetVisitor();
}

/**
 * Drops one visitor's orders and figures at once, so that the next visitor never sees them. The
 * basket is fetched again.
 */
async function forgetVisitor(): Promise<void> {
  queryClient.setQueryData(LOST, null);
  await readBasketAgain();
  await queryClient.resetQueries({ predicate: ({ queryKey }) => !SHARED.has(String(queryKey[0])) });
}

export function dismiss(): void {
  dismissLost();
  queryClient.setQueryData(LOST, null);
}

/** Cancels reads that are under way: they may not include the change. */
function storeBasket(basket: Basket, changedKey?: string): void {
  void queryClient.cancelQueries({ queryKey: BASKET });
  queryClient.setQueryData(BASKET, rememberBasket(basket, changedKey));
}

function rememberBasket(basket: Basket, changedKey?: string): Basket {
  queryClient.setQueryData(LOST, remember(basket, changedKey));
  payments.remember(basket);
  return basket;
}
