import { type ReactNode, useSyncExternalStore } from 'react';
import { money } from '../page/money.js';
import type { Basket } from './basket-write.js';
import { lineKey, titleOf } from './line-key.js';
import { Pay } from './pay.js';
import { payments } from './payments.js';
import { useCheckoutStep } from './use-checkout-step.js';

/** Shows the visitor's payments that go on beside the shown basket. */
export function PaymentsUnderWay({ shown }: { shown: Basket }): ReactNode {
  const known = useSyncExternalStore(payments.subscribe, payments.current);
  return known
    .filter(({ id }) => id !== shown.id)
    .map((payment) => <PaymentUnderWay key={payment.id} payment={payment} />);
}

function PaymentUnderWay({ payment }: { payment: Basket }): ReactNode {
  const step = useCheckoutStep(payment, true);
  const title = `payment-${payment.id}`;
  return (
    <section className="payment sheet" aria-labelledby={title}>
      <h2 id={title}>Payment under way: {money(payment.totals.amountMinor, payment.currency)}</h2>
      <ul aria-label="Products that you are paying for">
        {payment.lines.map((line) => (
          <li key={lineKey(line)}>
            {line.quantity} × {titleOf(line)}
          </li>
        ))}
      </ul>
      <div className="checkout">
        <Pay
          basket={payment}
          isBusy={step.isPending}
          leave="Cancel the payment"
          afterwards="Then its products are added to your basket."
          onStep={step.mutate}
        />
      </div>
    </section>
  );
}
