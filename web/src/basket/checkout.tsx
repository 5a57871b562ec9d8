import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useRef } from 'react';
import { useLocation } from 'wouter';
import { ApiProblem, isTemporary, messageOf } from '../api/problem.js';
import { count, money } from '../page/money.js';
import { notices } from '../page/notices.js';
import type { Basket } from './basket-write.js';
import { CHECKOUT_STEPS, type CheckoutStep } from './checkout-steps.js';
import { showBasket, visitorChanged } from './keep-basket.js';

const ATTEMPTS = 4;

/** Freezes the basket while the visitor pays. Then it is submitted, or thawed again. */
export function Checkout({ basket, isSaving }: { basket: Basket; isSaving: boolean }): ReactNode {
  const step = useStep(basket);
  const isBusy = isSaving || step.isPending;
  if (basket.status === 'open') {
    return (
      <div className="checkout">
        <button type="button" className="button" disabled={isBusy} onClick={() => step.mutate('freeze')}>
          {isSaving ? 'Saving …' : 'Go to checkout'}
        </button>
      </div>
    );
  }
  return (
    <div className="checkout">
      <p>These prices stay the same while you pay.</p>
      <button type="button" className="button quiet" disabled={isBusy} onClick={() => step.mutate('thaw')}>
        Change the basket
      </button>
      <Confirm basket={basket} isBusy={isBusy} onConfirm={() => step.mutate('submit')} />
    </div>
  );
}

function Confirm(props: { basket: Basket; isBusy: boolean; onConfirm: () => void }): ReactNode {
  const { basket, isBusy, onConfirm } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const amount = money(basket.totals.amountMinor, basket.currency);
  return (
    <>
      <button type="button" className="button" disabled={isBusy} onClick={() => dialog.current?.showModal()}>
        Order and pay
      </button>
      <dialog ref={dialog} aria-labelledby="confirm-title">
        <form method="dialog">
          <h2 id="confirm-title">Place the order?</h2>
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

function useStep(basket: Basket) {
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (step: CheckoutStep) => CHECKOUT_STEPS[step](basket),
    retry: (failures, error) => failures < ATTEMPTS && isTemporary(error),
    onSuccess: async (changed) => {
      if (changed.status !== 'submitted') return showBasket(changed);
      navigate(`/orders/${changed.id}?placed`);
      await visitorChanged();
    },
    onError: (error) => {
      notices.problem(messageOf(error));
      const problem = error instanceof ApiProblem ? error.body : null;
      if (problem?.type === '/problems/total-changed') showBasket(problem.basket);
    },
  });
}
