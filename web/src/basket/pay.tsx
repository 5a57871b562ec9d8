import { type ReactNode, useRef } from 'react';
import { count, money } from '../page/money.js';
import { moment } from '../page/time.js';
import { useIsPast } from '../page/use-is-past.js';
import type { Basket } from './basket-write.js';
import type { CheckoutStep } from './checkout-steps.js';

interface Props {
  basket: Basket;
  isBusy: boolean;
  /** The text of the button that thaws the basket, and what happens then. */
  leave: string;
  afterwards: string;
  onStep: (step: CheckoutStep) => void;
}

/** The steps of a frozen basket: it is ordered, or it is thawed. */
export function Pay({ basket, isBusy, leave, afterwards, onStep }: Props): ReactNode {
  return (
    <>
      <div className="held">
        <p>
          These prices stay the same while you pay.
          {basket.reservedUntil && <Held until={basket.reservedUntil} />}
        </p>
        <p>
          You do not want to pay now? Choose “{leave}”. {afterwards}
        </p>
      </div>
      <button type="button" className="button quiet" disabled={isBusy} onClick={() => onStep('thaw')}>
        {leave}
      </button>
      <Confirm basket={basket} isBusy={isBusy} onConfirm={() => onStep('submit')} />
    </>
  );
}

function Held({ until }: { until: string }): ReactNode {
  if (useIsPast(until)) return ' The products are not held any more. You can order them while stock lasts.';
  return (
    <>
      {' '}
      The products are held for you until <time dateTime={until}>{moment(until)}</time>.
    </>
  );
}

function Confirm(props: { basket: Basket; isBusy: boolean; onConfirm: () => void }): ReactNode {
  const { basket, isBusy, onConfirm } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const amount = money(basket.totals.amountMinor, basket.currency);
  const title = `confirm-${basket.id}`;
  return (
    <>
      <button type="button" className="button" disabled={isBusy} onClick={() => dialog.current?.showModal()}>
        Order and pay
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <form method="dialog">
          <h2 id={title}>Place the order?</h2>
          <p>
            {count(basket.totals.quantity, 'piece')} for <strong>{amount}</strong>. This is a demo without a
            payment.
          </p>
          <div className="dialog-buttons">
            <button className="button quiet">Not yet</button>
            <button className="button" onClick={onConfirm}>
              Place the order
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
