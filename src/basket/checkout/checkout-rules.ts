import { isAllowedQuantity } from '../../catalogue/quantity-rule.js';
import { Problem } from '../../problem/problem.js';
import type { BasketDto } from '../basket.dto.js';
import { quantityBySku } from '../query/availability.js';
import type { BasketSnapshot } from '../query/basket-snapshot.js';
import { lineIdOf } from '../query/line-id.js';
import { isBuyable } from '../to-basket-dto.js';

type Lines = Pick<BasketSnapshot, 'lines'>;

export function emptyBasket(): Problem {
  return new Problem('empty-basket', 'Add a product first.');
}

/**
 * Checks that a basket can be submitted: products, rules, then stock. The rules of now do not
 * concern a frozen basket.
 *
 * @param basket its `available` is exact where a line could be short
 * @param dto the same basket
 * @throws Problem `unavailable`, `quantity-rule` or `insufficient-stock`
 */
export function assertBuyable(basket: BasketSnapshot, dto: BasketDto): void {
  if (dto.lines.some(({ notices }) => notices.includes('unavailable'))) {
    const skus = skusOf(dto.lines.filter((line) => !isBuyable(line)));
    throw new Problem('unavailable', changeOrRemove(skus), { skus });
  }
  if (basket.status === 'open') assertQuantityRules(basket);
  assertInStock(basket);
}

/** @throws Problem `quantity-rule` with the status 409 */
export function assertQuantityRules({ lines }: Lines): void {
  const totals = quantityBySku(lines);
  const broken = lines.filter(
    ({ sku, product }) => product && !isAllowedQuantity(totals.get(sku) ?? 0, product),
  );
  if (broken.length === 0) return;
  const skus = skusOf(broken);
  throw new Problem('quantity-rule', changeOrRemove(skus), { skus }, { status: 409 });
}

/** @throws Problem `insufficient-stock` with all lines that are short */
export function assertInStock({ lines }: Lines): void {
  const totals = quantityBySku(lines);
  const short = lines.flatMap((line) => {
    const { sku, quantity, product } = line;
    const available = product?.available ?? Infinity;
    return available < (totals.get(sku) ?? 0) ? [{ lineId: lineIdOf(line), sku, quantity, available }] : [];
  });
  const [first] = short;
  if (!first) return;
  const skus = skusOf(short);
  const members = { skus, available: first.available, lines: short };
  throw new Problem('insufficient-stock', changeOrRemove(skus), members);
}

function skusOf(lines: { sku: string }[]): string[] {
  return [...new Set(lines.map(({ sku }) => sku))];
}

function changeOrRemove(skus: string[]): string {
  return `Change or remove ${skus.join(', ')} and send the request again.`;
}
