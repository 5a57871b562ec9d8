import type { components } from '../api/schema.js';

/** The allowed quantities of a product: multiples of `quantityStep` from min to max. */
export type QuantityRule = Pick<
  components['schemas']['ProductDto'],
  'minQuantity' | 'maxQuantity' | 'quantityStep'
>;

/** The rule of most products. */
export const ANY_QUANTITY: QuantityRule = { minQuantity: 1, maxQuantity: null, quantityStep: 1 };

interface Nearest {
  below: number | null;
  above: number | null;
}

/** Returns the next allowed quantities below and above a quantity. Null: there is none. */
export function neighboursOf(quantity: number, rule: QuantityRule): Nearest {
  const { quantityStep: step } = rule;
  const { lowest, highest } = limitsOf(rule);
  const below = Math.min((Math.ceil(quantity / step) - 1) * step, highest);
  const above = Math.max((Math.floor(quantity / step) + 1) * step, lowest);
  return { below: below >= lowest ? below : null, above: above <= highest ? above : null };
}

export function isAllowed(quantity: number, rule: QuantityRule): boolean {
  const { lowest, highest } = limitsOf(rule);
  return quantity >= lowest && quantity <= highest && quantity % rule.quantityStep === 0;
}

/**
 * Returns the pieces that a click adds to the quantity of a product, over all its lines.
 *
 * At the maximum it is one step: the shop then refuses the click, and the page shows the reason.
 */
export function piecesToAdd(quantity: number, rule: QuantityRule): number {
  return (neighboursOf(quantity, rule).above ?? quantity + rule.quantityStep) - quantity;
}

/** Returns the pieces that a click removes. Below the minimum it removes all. */
export function piecesToRemove(quantity: number, rule: QuantityRule): number {
  return quantity - (neighboursOf(quantity, rule).below ?? 0);
}

/** Formats `Sold in packs of 6, at least 12, at most 24.` Empty if every quantity is allowed. */
export function ruleText(rule: QuantityRule): string {
  const { quantityStep: step, maxQuantity } = rule;
  const { lowest, highest } = limitsOf(rule);
  const parts = [
    ...(step > 1 ? [`sold in packs of ${step}`] : []),
    ...(lowest > step ? [`at least ${lowest}`] : []),
    ...(maxQuantity === null ? [] : [`at most ${highest}`]),
  ];
  const text = parts.join(', ');
  return text && `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Formats `Choose 6 or 12 pieces.` */
export function choiceText({ below, above }: Nearest): string {
  const choices = [below, above].filter((quantity) => quantity !== null);
  return choices.length === 0 ? '' : `Choose ${choices.join(' or ')} pieces.`;
}

function limitsOf({ minQuantity, maxQuantity, quantityStep: step }: QuantityRule) {
  return {
    lowest: Math.ceil(minQuantity / step) * step,
    highest: Math.floor((maxQuantity ?? Infinity) / step) * step,
  };
}
