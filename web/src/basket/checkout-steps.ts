import { answerOf, api } from '../api/client.js';
import type { Basket } from './basket-write.js';
import { withBrowserLock } from './with-browser-lock.js';

export type CheckoutStep = 'freeze' | 'thaw' | 'submit';

/**
 * The key has the version of the basket, so each step is done once per version, however often it is
 * sent.
 */
function conditions(step: CheckoutStep, { id, version }: Basket) {
  return { header: { 'Idempotency-Key': `${step}:${id}.${version}` } };
}

export const CHECKOUT_STEPS: Record<CheckoutStep, (basket: Basket) => Promise<Basket>> = {
  freeze: (basket) =>
    withBrowserLock(() => answerOf(api.POST('/api/basket/freeze', { params: conditions('freeze', basket) }))),
  thaw: (basket) =>
    withBrowserLock(() => answerOf(api.POST('/api/basket/thaw', { params: conditions('thaw', basket) }))),
  /**
   * @throws ApiProblem `total-changed` with the present basket when the shopper saw another amount
   */
  submit: (basket) =>
    withBrowserLock(() =>
      answerOf(
        api.POST('/api/basket/submit', {
          params: conditions('submit', basket),
          body: { expectedAmountMinor: basket.totals.amountMinor },
        }),
      ),
    ),
};
