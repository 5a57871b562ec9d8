import { isAllowedQuantity } from '../catalogue/quantity-rule.js';
import type { BasketDto, TotalsDto } from './basket.dto.js';
import type { LineDto, LineNotice } from './line.dto.js';
import type { BasketStatus } from './basket.entity.js';
import { toMergeReport } from './query/stored-report.js';
import { quantityBySku } from './query/availability.js';
import type { BasketSnapshot, LineSnapshot } from './query/basket-snapshot.js';
import { lineIdOf } from './query/line-id.js';

/** The facts in the answer that the basket itself does not have. */
export interface BasketContext {
  /** The shop's of now: an open basket is shown in it. */
  currency: string;
  /** By default the basket's owner, or a guest when there is no basket. */
  owner?: 'guest' | 'user';
  /** When a guest's session ends, in milliseconds since 1970. */
  expiresAt?: number | null;
}

/** Lines with one of these notices are shown, but left out of the amount. */
const NOT_BUYABLE: LineNotice[] = ['unavailable', 'insufficient-stock', 'quantity-rule'];

/** The basket as the API shows it. Without a basket, an empty one. */
export function toBasketDto(
  basket: BasketSnapshot | null,
  { currency, owner = basket?.ownerId ? 'user' : 'guest', expiresAt = null }: BasketContext,
): BasketDto {
  const isRecord = basket?.status === 'submitted';
  const lines = basket ? toLineDtos(basket) : [];
  return {
    id: basket?.id ?? null,
    status: basket?.status ?? 'open',
    owner,
    currency: currencyOf(basket) ?? currency,
    version: basket?.version ?? 0,
    lines,
    totals: totalsOf(lines),
    metadata: basket?.metadata ?? {},
    reservedUntil: basket?.reservedUntil?.toISOString() ?? null,
    lastMerge: basket?.lastMerge ? toMergeReport(basket.lastMerge, basket.lines) : null,
    expiresAt: expiresAt === null || isRecord || owner === 'user' ? null : new Date(expiresAt).toISOString(),
  };
}

/**
 * Ignores the currency of an open basket: an instance of an earlier version leaves it there when it
 * thaws.
 */
function currencyOf(basket: BasketSnapshot | null): string | null {
  return basket === null || basket.status === 'open' ? null : basket.currency;
}

/** The pinned price, else the catalogue's, else the price at the first add. */
function unitPriceOf({ pinned, product, unitPriceMinorWhenAdded }: LineSnapshot): number {
  return pinned?.unitPriceMinor ?? product?.unitPriceMinor ?? unitPriceMinorWhenAdded;
}

function toLineDtos({ status, lines }: BasketSnapshot): LineDto[] {
  // Only a line with attributes can share its product with another line.
  const isShared = lines.some(({ variant }) => variant !== '');
  const quantities = isShared ? quantityBySku(lines) : null;
  return lines.map((line) => toLineDto(line, status, quantities?.get(line.sku) ?? line.quantity));
}

/** @param total the quantity of the product over all lines */
function toLineDto(line: LineSnapshot, status: BasketStatus, total: number): LineDto {
  const { sku, attributes, quantity, unitPriceMinorWhenAdded, pinned, product } = line;
  const unitPriceMinor = unitPriceOf(line);
  // The catalogue of today does not concern an order.
  const notices = status === 'submitted' ? [] : noticesOf(line, status, total);
  return {
    id: lineIdOf(line),
    sku,
    name: pinned?.name ?? product?.name ?? sku,
    attributes,
    quantity,
    unitPriceMinor,
    unitPriceMinorWhenAdded,
    lineTotalMinor: quantity * unitPriceMinor,
    available: notices.includes('insufficient-stock') ? (product?.available ?? null) : null,
    notices,
  };
}

function noticesOf(line: LineSnapshot, status: BasketStatus, total: number): LineNotice[] {
  const { unitPriceMinorWhenAdded, product } = line;
  const notices: LineNotice[] = [];
  if (unitPriceOf(line) !== unitPriceMinorWhenAdded) notices.push('price-changed');
  if (!product?.isActive) notices.push('unavailable');
  else if (product.available !== null && product.available < total) notices.push('insufficient-stock');
  // A frozen basket is submitted whatever the rules are by then.
  if (product && status === 'open' && !isAllowedQuantity(total, product)) notices.push('quantity-rule');
  return notices;
}

export function isBuyable({ notices }: Pick<LineDto, 'notices'>): boolean {
  return !notices.some((notice) => NOT_BUYABLE.includes(notice));
}

function totalsOf(lines: LineDto[]): TotalsDto {
  const buyable = lines.filter(isBuyable);
  return {
    lines: lines.length,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    amountMinor: buyable.reduce((sum, { lineTotalMinor }) => sum + lineTotalMinor, 0),
    unavailableLines: lines.length - buyable.length,
  };
}
