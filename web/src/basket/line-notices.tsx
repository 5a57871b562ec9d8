import type { ReactNode } from 'react';
import {
  choiceText,
  isAllowed,
  neighboursOf,
  type QuantityRule,
  ruleText,
} from '../catalogue/quantity-rule.js';
import { money } from '../page/money.js';
import type { Line } from './basket-write.js';

interface Props {
  line: Line;
  currency: string;
  rule: QuantityRule;
  /** The quantity of the product over all its lines. Stock and rule count this sum. */
  total: number;
}

/** Tells what has changed since the line was added, and what the visitor has to do. */
export function LineNotices({ line, currency, rule, total }: Props): ReactNode {
  const { unitPriceMinor, unitPriceMinorWhenAdded: before, available, quantity } = line;
  const verb = unitPriceMinor > before ? 'rose' : 'fell';
  const together = total > quantity ? ' This counts for all lines of the product together.' : '';
  const texts: Record<Line['notices'][number], string> = {
    'price-changed': `The price ${verb} from ${money(before, currency)} to ${money(unitPriceMinor, currency)}.`,
    'insufficient-stock': available
      ? `Only ${available} left. Reduce the quantity to buy it.${together}`
      : 'Sold out. The total does not include it.',
    'quantity-rule': `${ruleNotice(total, rule)}${together}`,
    unavailable: 'Not for sale any more. The total does not include it.',
  };
  return line.notices.map((notice) => (
    <p key={notice} className={notice === 'price-changed' ? 'line-notice' : 'line-notice problem'}>
      {texts[notice]}
    </p>
  ));
}

/** The rule may be another one since the page has read it. Then only the shop knows the choices. */
function ruleNotice(total: number, rule: QuantityRule): string {
  if (isAllowed(total, rule)) return 'This quantity is not for sale. Change it to buy the product.';
  return `${ruleText(rule)} ${choiceText(neighboursOf(total, rule))}`;
}
