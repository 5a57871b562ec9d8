import type { BasketDto, LineDto, LineNotice, TotalsDto } from './basket.dto.js';
import type { BasketSnapshot, LineSnapshot } from './query/basket-snapshot.js';

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
const NOT_BUYABLE: LineNotice[] = ['unavailable', 'insufficient-stock'];

/** The basket as the API shows it. Without a basket, an empty one. */
export function toBasketDto(
  basket: BasketSnapshot | null,
  { currency, owner = basket?.ownerId ? 'user' : 'guest', expiresAt = null }: BasketContext,
): BasketDto {
  const isRecord = basket?.status === 'submitted';
  const lines = (basket?.lines ?? []).map((line) => toLineDto(line, isRecord));
  return {
    id: basket?.id ?? null,
    status: basket?.status ?? 'open',
    owner,
    currency: currencyOf(basket) ?? currency,
    version: basket?.version ?? 0,
    lines,
    totals: totalsOf(lines),
    lastMerge: basket?.lastMerge ?? null,
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

function toLineDto(line: LineSnapshot, isRecord: boolean): LineDto {
  const { sku, quantity, unitPriceMinorWhenAdded, pinned, product } = line;
  const unitPriceMinor = unitPriceOf(line);
  return {
    sku,
    name: pinned?.name ?? product?.name ?? sku,
    quantity,
    unitPriceMinor,
    unitPriceMinorWhenAdded,
    lineTotalMinor: quantity * unitPriceMinor,
    // The catalogue of today does not concern an order.
    notices: isRecord ? [] : noticesOf(line),
  };
}

function noticesOf(line: LineSnapshot): LineNotice[] {
  const { quantity, unitPriceMinorWhenAdded, product } = line;
  const notices: LineNotice[] = [];
  if (unitPriceOf(line) !== unitPriceMinorWhenAdded) notices.push('price-changed');
  if (!product?.isActive) notices.push('unavailable');
  else if (product.stock !== null && product.stock < quantity) notices.push('insufficient-stock');
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
