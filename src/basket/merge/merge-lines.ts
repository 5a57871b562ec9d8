import type { MergedLine } from '../../auth/event/user-logged-in.event.js';
import type { MergeStrategy } from '../../config/environment.js';
import type { LineSnapshot } from '../query/basket-snapshot.js';
import { lineKeyOf } from '../query/line-columns.js';
import { lineIdOf } from '../query/line-id.js';
import type { LineProduct } from '../query/line-product.js';

/** The members of a line that the decision needs. */
export type MergeableLine = Pick<
  LineSnapshot,
  'sku' | 'variant' | 'attributes' | 'quantity' | 'position' | 'product'
>;

/** A line after the strategy, before the limits. */
interface Draft {
  line: MergeableLine;
  guestQuantity: number;
  userQuantity: number;
  wanted: number;
  /** The limits never reduce the quantity below it. */
  base: number;
}

/**
 * The wanted quantity of a line in both baskets, by strategy.
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
 * The strategy applies only to a line in both baskets. All other lines stay as they are. The limits
 * apply to the sum over all lines of a product. They reduce the line that was added last first, and
 * never below the user's quantity, or else the guest's, which is the base. So of a product with one
 * line: quantity = min(wanted, max(limit, base)).
 *
 * @returns each line of either basket, the user's first
 */
export function mergeLines(
  guest: MergeableLine[],
  user: MergeableLine[],
  strategy: MergeStrategy,
  maxQuantity: number,
): MergedLine[] {
  const drafts = toDrafts(guest, user, strategy);
  const quantities = new Map<Draft, number>();
  for (const sameSku of groupBySku(drafts)) {
    let excess = sum(sameSku.map(({ wanted }) => wanted)) - limitOf(sameSku[0]?.line.product, maxQuantity);
    for (const draft of sameSku.sort(byLastAdded)) {
      const cut = Math.max(Math.min(excess, draft.wanted - draft.base), 0);
      quantities.set(draft, draft.wanted - cut);
      excess -= cut;
    }
  }
  return drafts.map((draft) => toMergedLine(draft, quantities.get(draft) ?? draft.wanted, maxQuantity));
}

function toDrafts(guest: MergeableLine[], user: MergeableLine[], strategy: MergeStrategy): Draft[] {
  // Not by id: a sku can have the form of another line's id.
  const guestLines = new Map(guest.map((line) => [lineKeyOf(line), line]));
  const userLines = new Map(user.map((line) => [lineKeyOf(line), line]));
  const keys = new Set([...userLines.keys(), ...guestLines.keys()]);
  return [...keys].flatMap((key) => toDraft(guestLines.get(key), userLines.get(key), strategy));
}

/** A line in both baskets keeps the user's time of adding. */
function toDraft(
  guest: MergeableLine | undefined,
  user: MergeableLine | undefined,
  strategy: MergeStrategy,
): Draft | [] {
  const line = user ?? guest;
  if (!line) return [];
  const guestQuantity = guest?.quantity ?? 0;
  const userQuantity = user?.quantity ?? 0;
  const isInBoth = guest !== undefined && user !== undefined;
  const wanted = isInBoth ? WANTED[strategy](guestQuantity, userQuantity) : guestQuantity + userQuantity;
  return { line, guestQuantity, userQuantity, wanted, base: userQuantity || guestQuantity };
}

function groupBySku(drafts: Draft[]): Draft[][] {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    const { sku } = draft.line;
    groups.set(sku, [...(groups.get(sku) ?? []), draft]);
  }
  return [...groups.values()];
}

function byLastAdded(one: Draft, other: Draft): number {
  return other.line.position - one.line.position;
}

function limitOf(product: LineProduct | null | undefined, maxQuantity: number): number {
  return Math.min(product?.available ?? Infinity, product?.maxQuantity ?? Infinity, maxQuantity);
}

function toMergedLine(draft: Draft, quantity: number, maxQuantity: number): MergedLine {
  const { line, guestQuantity, userQuantity, wanted } = draft;
  const { sku, attributes, product } = line;
  const notice = noticeOf(product, wanted - quantity, maxQuantity);
  return { id: lineIdOf(line), sku, attributes, guestQuantity, userQuantity, quantity, notice };
}

function noticeOf(product: LineProduct | null, cut: number, maxQuantity: number): MergedLine['notice'] {
  if (!product?.isActive) return 'unavailable';
  if (cut === 0) return null;
  const maximum = Math.min(product.maxQuantity ?? Infinity, maxQuantity);
  return (product.available ?? Infinity) < maximum ? 'limited-to-stock' : 'limited-to-maximum';
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
