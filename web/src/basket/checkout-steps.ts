import { answerOf, api } from '../api/client.js';
import type { Basket } from './basket-write.js';
import { withBrowserLock } from './with-browser-lock.js';

export type CheckoutStep = 'freeze' | 'thaw' | 'submit';

interface Options {
  /** This browser knows other baskets of the visitor. */
  hasOthers: boolean;
}

/**
 * The key has the version of the basket, so each step is done once per version, however often it is
 * sent.
 */
function conditions(step: CheckoutStep, { id, version }: Basket) {
  return { header: { 'Idempotency-Key': `${step}:${id}.${version}` } };
}

export const CHECKOUT_STEPS: Record<CheckoutStep, (basket: Basket, options: Options) => Promise<Basket>> = {
  freeze: (basket) => {
    const params = conditions('freeze', basket);
    return withBrowserLock(() =>
      answerOf(api.POST('/api/basket/freeze', { params, body: { reserve: true } })),
    );
  },
  thaw: (basket) => {
    const params = conditions('thaw', basket);
    const body = { basketId: idOf(basket) };
    return withBrowserLock(() => answerOf(api.POST('/api/basket/thaw', { params, body })));
  },
  /**
   * Without an id, the shop refuses if the visitor has another basket. So the shopper hears of a
   * payment that this browser does not know.
   *
   * @throws ApiProblem `total-changed` with the present basket when the shopper saw another amount;
   *   `basket-ambiguous` with the visitor's baskets
   */
  submit: (basket, { hasOthers }) => {
    const params = conditions('submit', basket);
    const expectedAmountMinor = basket.totals.amountMinor;
    const body = { expectedAmountMinor, ...(hasOthers && { basketId: idOf(basket) }) };
    return withBrowserLock(() => answerOf(api.POST('/api/basket/submit', { params, body })));
  },
};

/** Reads a frozen basket that the shop does not show. A second freeze changes nothing. */
export async function readFrozen(basketId: string): Promise<Basket> {
  return withBrowserLock(() => answerOf(api.POST('/api/basket/freeze', { body: { basketId } })));
}

function idOf({ id }: Basket): string | undefined {
  return id ?? undefined;
}
