import type { ReactNode } from 'react';
import type { Basket } from './basket-write.js';
import { Pay } from './pay.js';
import { useCheckoutStep } from './use-checkout-step.js';

/** Freezes the basket while the visitor pays. Then it is submitted, or thawed again. */
export function Checkout({ basket, isSaving }: { basket: Basket; isSaving: boolean }): ReactNode {
  const step = useCheckoutStep(basket);
  const isBusy = isSaving || step.isPending;
  return (
    <div className="checkout">
      {basket.status === 'open' ? (
        <button type="button" className="button" disabled={isBusy} onClick={() => step.mutate('freeze')}>
          {isSaving ? 'Saving …' : 'Go to checkout'}
        </button>
      ) : (
        <Pay
          basket={basket}
          isBusy={isBusy}
          leave="Change the basket"
          afterwards="Then the products are not held any more, and prices may change."
          onStep={step.mutate}
        />
      )}
    </div>
  );
}
