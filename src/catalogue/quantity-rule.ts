/** The allowed quantities of a product: multiples of `quantityStep` from min to max. */
export interface QuantityRule {
  minQuantity: number;
  /** Null: no maximum. */
  maxQuantity: number | null;
  quantityStep: number;
}

export function isAllowedQuantity(quantity: number, rule: QuantityRule): boolean {
  const { minQuantity, maxQuantity, quantityStep } = rule;
  return quantity >= minQuantity && quantity <= (maxQuantity ?? Infinity) && quantity % quantityStep === 0;
}

/**
 * Returns the reason why a rule allows no quantity at all, or null.
 *
 * The table's check `products_max_quantity` refuses the same rules.
 */
export function findRuleFault({ minQuantity, maxQuantity, quantityStep }: QuantityRule): string | null {
  const lowest = Math.ceil(minQuantity / quantityStep) * quantityStep;
  if (maxQuantity === null || maxQuantity >= lowest) return null;
  return `maxQuantity must be at least ${lowest}: the smallest multiple of quantityStep (${quantityStep}) from minQuantity (${minQuantity})`;
}

/** The allowed quantities next to a quantity that is not allowed. Null: there is none. */
export function nearestQuantities(
  quantity: number,
  { minQuantity, maxQuantity, quantityStep }: QuantityRule,
): { below: number | null; above: number | null } {
  const lowest = Math.ceil(minQuantity / quantityStep) * quantityStep;
  const highest = Math.floor((maxQuantity ?? Infinity) / quantityStep) * quantityStep;
  const below = Math.min(Math.floor(quantity / quantityStep) * quantityStep, highest);
  const above = Math.max(Math.ceil(quantity / quantityStep) * quantityStep, lowest);
  return { below: below >= lowest ? below : null, above: above <= highest ? above : null };
}
