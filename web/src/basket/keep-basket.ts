import { QueryClient, queryOptions } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.js';
import { isTemporary, messageOf } from '../api/problem.js';
import { NAMESPACE } from '../page/base-path.js';
import { notices } from '../page/notices.js';
import type { Basket, BasketWrite, Product } from './basket-write.js';
import { dismissLost, forget, type Lost, readLost, remember } from './known-basket.js';
import { Outbox } from './outbox.js';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: 5_000, retry: (failures, error) => failures < 3 && isTemporary(error) },
    // Without a network they fail and say so, instead of waiting for it in silence.
    mutations: { networkMode: 'always' },
  },
});

const BASKET = ['basket'];
const LOST = ['lost'];
/** What every visitor sees, or has its own way. */
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
  confirmed: (basket, { kind, product }) => showBasket(basket, kind === 'set' ? product.sku : undefined),
  refused: ({ product }, problem) => notices.problem(`${product.name}: ${messageOf(problem)}`, product.sku),
});

/** Other tabs of this browser. */
type TabMessage = { basket: Basket } | 'visitor-changed';
const tabs = new BroadcastChannel(NAMESPACE);
tabs.onmessage = ({ data }: MessageEvent<TabMessage>) => {
  if (data === 'visitor-changed') void forgetVisitor();
  else storeBasket(data.basket);
};

let written = 0;

export function write(
  kind: BasketWrite['kind'],
  { sku, name, unitPriceMinor }: Product,
  quantity: number,
): void {
  const key = [
    Date.now(),
    String(++written).padStart(6, '0'),
    ...crypto.getRandomValues(new Uint32Array(3)),
  ].join('-');
  outbox.add({ key, kind, product: { sku, name, unitPriceMinor }, quantity });
}

/** Shows what the shop has answered to a change, in all tabs; `changedSku` is a product whose quantity the visitor has set. */
export function showBasket(basket: Basket, changedSku?: string): void {
  storeBasket(basket, changedSku);
  tabs.postMessage({ basket } satisfies TabMessage);
}

/** After a login, a logout or an order: everything that is known may be another visitor's. */
export async function visitorChanged(): Promise<void> {
  forget();
  tabs.postMessage('visitor-changed' satisfies TabMessage);
  await forgetVisitor();
}

/** Orders and figures of one visitor are not shown to the next, not for a moment; the basket is replaced by theirs. */
async function forgetVisitor(): Promise<void> {
  queryClient.setQueryData(LOST, null);
  await queryClient.invalidateQueries({ queryKey: BASKET });
  await queryClient.resetQueries({ predicate: ({ queryKey }) => !SHARED.has(String(queryKey[0])) });
}

/** Puts what went with an expired session into the basket of the new one. */
export function restore({ lines }: Lost): void {
  for (const { quantity, ...product } of lines) write('add', product, quantity);
  dismiss();
}

export function dismiss(): void {
  dismissLost();
  queryClient.setQueryData(LOST, null);
}

/** A look that was sent before a change, and answered after it, knows less. */
function storeBasket(basket: Basket, changedSku?: string): void {
  void queryClient.cancelQueries({ queryKey: BASKET });
  queryClient.setQueryData(BASKET, rememberBasket(basket, changedSku));
}

function rememberBasket(basket: Basket, changedSku?: string): Basket {
  queryClient.setQueryData(LOST, remember(basket, changedSku));
  return basket;
}

async function sendWrite({ key, kind, product: { sku }, quantity }: BasketWrite): Promise<Basket> {
  const header = { 'Idempotency-Key': key };
  const params = { path: { sku } };
  if (kind === 'add') {
    return answerOf(api.POST('/api/basket/lines', { params: { header }, body: { sku, quantity } }));
  }
  return answerOf(
    quantity === 0
      ? api.DELETE('/api/basket/lines/{sku}', { params })
      : api.PUT('/api/basket/lines/{sku}', { params, body: { quantity } }),
  );
}
