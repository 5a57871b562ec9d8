import { useMutation } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { ApiProblem, messageOf, retryTemporary } from '../api/problem.js';
import { notices } from '../page/notices.js';
import type { Basket } from './basket-write.js';
import { refusalsOf } from './checkout-refusal.js';
import { CHECKOUT_STEPS, type CheckoutStep, readFrozen } from './checkout-steps.js';
import { readBasketAgain, showBasket, visitorChanged } from './keep-basket.js';
import { payments } from './payments.js';

/** @param isBeside the shop shows another basket, which is open or was frozen later */
export function useCheckoutStep(basket: Basket, isBeside = false) {
  const [, navigate] = useLocation();
  return useMutation({
    mutationFn: (step: CheckoutStep) =>
      CHECKOUT_STEPS[step](basket, { hasOthers: isBeside || payments.hasOthers(basket) }),
    retry: retryTemporary,
    onSuccess: async (changed, step) => {
      if (step !== 'freeze') payments.end(basket);
      if (changed.status !== 'submitted') return showBasket(changed);
      navigate(`/orders/${changed.id}?placed`);
      await visitorChanged();
    },
    onError: async (error) => {
      sayWhy(error, basket);
      await showChanges(error, basket, isBeside);
    },
  });
}

function sayWhy(error: Error, basket: Basket): void {
  const refusals = error instanceof ApiProblem && error.body ? refusalsOf(error.body, basket) : [];
  for (const { sku, text } of refusals) notices.problem(text, sku);
  if (refusals.length === 0) notices.problem(messageOf(error));
}

/** Shows what the visitor did not know when the shop refused a step. */
async function showChanges(error: Error, basket: Basket, isBeside: boolean): Promise<void> {
  const problem = error instanceof ApiProblem ? error.body : null;
  if (!problem) return;
  if (problem.type === '/problems/unknown-basket') payments.end(basket);
  if (problem.type === '/problems/total-changed') {
    return isBeside ? payments.remember(problem.basket) : showBasket(problem.basket);
  }
  if (problem.type === '/problems/basket-ambiguous') {
    const others = problem.baskets.filter(({ id, status }) => status === 'frozen' && id !== basket.id);
    for (const { id } of others) payments.remember(await readFrozen(id));
  }
  await readBasketAgain();
}
