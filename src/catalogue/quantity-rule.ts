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
