import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { messageOf } from '../api/problem.js';
import { count, money } from '../page/money.js';
import { moment } from '../page/time.js';
import { usePageTitle } from '../page/use-page-title.js';
import { Waiting } from '../page/waiting.js';
import { BasketLine } from './basket-line.js';
import type { Basket } from './basket-write.js';
import { Checkout } from './checkout.js';
import { lineKey } from './line-key.js';
import { MergeSummary } from './merge-summary.js';
import { PaymentsUnderWay } from './payments-under-way.js';
import { useBasket } from './use-basket.js';

export function BasketPage(): ReactNode {
  usePageTitle('Your basket');
  const { basket, waiting, error } = useBasket();
  return (
    <div className="basket">
      <h1>Your basket</h1>
      {basket && <PaymentsUnderWay shown={basket} />}
      {basket ? <Filled basket={basket} waiting={waiting} /> : <Unknown error={error} />}
    </div>
  );
}

function Filled({ basket, waiting }: { basket: Basket; waiting: number }): ReactNode {
  if (basket.lines.length === 0) {
    return (
      <p className="sheet">
        Your basket is empty. <Link href="/">See the products</Link>
      </p>
    );
  }
  return (
    <>
      {basket.lastMerge && <MergeSummary basket={basket} report={basket.lastMerge} />}
      <ul className="lines" aria-label="Products in the basket">
        {basket.lines.map((line) => (
          <BasketLine key={lineKey(line)} line={line} basket={basket} />
        ))}
      </ul>
      <Totals basket={basket} />
      <Checkout basket={basket} isSaving={waiting > 0} />
      <Expiry basket={basket} />
    </>
  );
}

function Unknown({ error }: { error: Error | null }): ReactNode {
  return error ? <p role="alert">{messageOf(error)}</p> : <Waiting />;
}

function Totals({ basket: { totals, currency } }: { basket: Basket }): ReactNode {
  return (
    <div className="totals" role="status">
      <span>
        Total
        {totals.unavailableLines > 0 &&
          ` without ${count(totals.unavailableLines, 'product')} that cannot be bought`}
      </span>
      <strong>{money(totals.amountMinor, currency)}</strong>
    </div>
  );
}

function Expiry({ basket: { owner, expiresAt } }: { basket: Basket }): ReactNode {
  if (owner === 'user') return <p className="expiry">Your account keeps this basket on all your devices.</p>;
  if (!expiresAt) return null;
  return (
    <p className="expiry">
      This basket is kept until <time dateTime={expiresAt}>{moment(expiresAt)}</time>. Each visit extends this
      time. <Link href="/login">Log in</Link> to keep it permanently.
    </p>
  );
}
