import type { MergeStrategy } from '../../config/environment.js';
import type { MergedLine } from '../../auth/event/user-logged-in.event.js';
import type { LineSnapshot } from '../query/basket-snapshot.js';

/** The members of a line that the decision needs. */
export type MergeableLine = Pick<LineSnapshot, 'sku' | 'quantity' | 'product'>;

/**
 * The wanted quantity of a product in both baskets, by strategy.
 *
 * `max` is the default, because a product added on two devices is rarely wanted twice.
 */
const WANTED: Record<MergeStrategy, (guest: number, user: number) => number> = {
  max: Math.max,
  sum: (guest, user) => guest + user,
  guest: (guest) => guest,
  user: (_guest, user) => user,
};

/**
 * Returns the lines of a user's basket after a guest's basket is merged into it.
 *
 * The strategy applies only to a product in both baskets. All other lines stay as they are. The
 * limits never reduce the user's quantity, or else the guest's, which is the base:
 * quantity = min(wanted, max(limit, base)).
 *
 * @returns a line for each product of either basket, the user's first
 */
export function mergeLines(
  guest: MergeableLine[],
  user: MergeableLine[],
  strategy: MergeStrategy,
  maxQuantity: number,
): MergedLine[] {
  const guestLines = new Map(guest.map((line) => [line.sku, line]));
  const userLines = new Map(user.map((line) => [line.sku, line]));
  const skus = new Set([...userLines.keys(), ...guestLines.keys()]);
  return [...skus].map((sku) =>
    mergeLine(sku, guestLines.get(sku), userLines.get(sku), strategy, maxQuantity),
  );
}

function mergeLine(
  sku: string,
  guest: MergeableLine | undefined,
  user: MergeableLine | undefined,
  strategy: MergeStrategy,
  maxQuantity: number,
): MergedLine {
  const guestQuantity = guest?.quantity ?? 0;
  const userQuantity = user?.quantity ?? 0;
  const isInBoth = guest !== undefined && user !== undefined;
  const wanted = isInBoth ? WANTED[strategy](guestQuantity, userQuantity) : guestQuantity + userQuantity;
  const product = (user ?? guest)?.product;
  const stock = product?.stock ?? Infinity;
  const base = userQuantity || guestQuantity;
  const quantity = Math.min(wanted, Math.max(Math.min(stock, maxQuantity), base));
  const notice = noticeOf(product?.isActive === true, wanted - quantity, stock < maxQuantity);
  return { sku, guestQuantity, userQuantity, quantity, notice };
}

function noticeOf(isForSale: boolean, cut: number, isStockTheLimit: boolean): MergedLine['notice'] {
  if (!isForSale) return 'unavailable';
  if (cut === 0) return null;
  return isStockTheLimit ? 'limited-to-stock' : 'limited-to-maximum';
}
