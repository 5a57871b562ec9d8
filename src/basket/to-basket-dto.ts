import type { BasketDto, LineDto, LineNotice, TotalsDto } from './basket.dto.js';
import type { StoredBasket, StoredLine } from './stored-basket.js';

/** What the answer says beside the basket itself. */
export interface BasketContext {
  owner: 'guest' | 'user';
  currency: string;
  /** Milliseconds since 1970. */
  expiresAt: number | null;
}

/** Lines that can't be bought stay in sight, but not in the amount. */
const NOT_BUYABLE: LineNotice[] = ['unavailable', 'insufficient-stock'];

/** The basket as the API shows it; without one, an empty one. */
export function toBasketDto(basket: StoredBasket | null, context: BasketContext): BasketDto {
  const lines = (basket?.lines ?? []).map(toLineDto);
  return {
    id: basket?.id ?? null,
    status: basket?.status ?? 'open',
    owner: context.owner,
    currency: context.currency,
    version: basket?.version ?? 0,
    lines,
    totals: totalsOf(lines),
    expiresAt: context.expiresAt === null ? null : new Date(context.expiresAt).toISOString(),
  };
}

function toLineDto(line: StoredLine): LineDto {
  const { sku, quantity, unitPriceMinorWhenAdded, product } = line;
  const unitPriceMinor = product?.unitPriceMinor ?? unitPriceMinorWhenAdded;
  return {
    sku,
    name: product?.name ?? sku,
    quantity,
    unitPriceMinor,
    unitPriceMinorWhenAdded,
    lineTotalMinor: quantity * unitPriceMinor,
    notices: noticesOf(line, unitPriceMinor),
  };
}

function noticesOf(
  { quantity, unitPriceMinorWhenAdded, product }: StoredLine,
  unitPriceMinor: number,
): LineNotice[] {
  const notices: LineNotice[] = [];
  if (unitPriceMinor !== unitPriceMinorWhenAdded) notices.push('price-changed');
  if (!product?.isActive) notices.push('unavailable');
  else if (product.stock !== null && product.stock < quantity) notices.push('insufficient-stock');
  return notices;
}

function totalsOf(lines: LineDto[]): TotalsDto {
  const buyable = lines.filter(({ notices }) => !notices.some((notice) => NOT_BUYABLE.includes(notice)));
  return {
    lines: lines.length,
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    amountMinor: buyable.reduce((sum, { lineTotalMinor }) => sum + lineTotalMinor, 0),
    unavailableLines: lines.length - buyable.length,
  };
}
