import { type ReactNode, useState } from 'react';
import type { components } from '../api/schema.js';
import { NAMESPACE } from '../page/base-path.js';
import type { Basket } from './basket-write.js';
import { LineOptions } from './line-options.js';

type Report = components['schemas']['MergeReportDto'];
type MergedLine = components['schemas']['MergedLineDto'];

const RULE: Record<Report['strategy'], string> = {
  max: 'For a product in both baskets, the larger quantity was kept.',
  sum: 'For a product in both baskets, the quantities were added.',
  guest: 'For a product in both baskets, the quantity from before the login was kept.',
  user: 'For a product in both baskets, the quantity in your account was kept.',
};

const NOTE: Record<NonNullable<MergedLine['notice']>, string> = {
  'limited-to-stock': 'Limited by the stock',
  'limited-to-maximum': 'Limited by the maximum quantity',
  unavailable: 'Not for sale any more',
};

const READ = `${NAMESPACE}.merge-read`;

/**
 * Shows line by line how a login merged the baskets.
 *
 * The basket has this report until it changes, also after a reload and in other tabs.
 */
export function MergeSummary({ basket, report }: { basket: Basket; report: Report }): ReactNode {
  const id = `${basket.id}.${basket.version}`;
  const [read, setRead] = useState(() => sessionStorage.getItem(READ));
  if (report.outcome === 'none' || read === id) return null;
  const dismiss = () => {
    sessionStorage.setItem(READ, id);
    setRead(id);
  };
  return (
    <section className="merge sheet" aria-labelledby="merge-title">
      <h2 id="merge-title">{titleFor(report)}</h2>
      {report.outcome === 'merged' && <p>{RULE[report.strategy]}</p>}
      {report.paymentUnderWay && <p>Your payment goes on. The login has changed nothing about it.</p>}
      <MergeTable basket={basket} lines={report.lines} />
      <button type="button" className="button quiet" onClick={dismiss}>
        Close
      </button>
    </section>
  );
}

function titleFor({ outcome, paymentUnderWay }: Report): string {
  if (paymentUnderWay) return 'The basket that you are paying for is in your account now';
  return outcome === 'merged' ? 'Your two baskets were merged' : 'Your basket is in your account now';
}

function MergeTable({ basket, lines }: { basket: Basket; lines: MergedLine[] }): ReactNode {
  const nameOf = (sku: string) => basket.lines.find((line) => line.sku === sku)?.name ?? sku;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col">Before login</th>
          <th scope="col">In your account</th>
          <th scope="col">Now</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ id, sku, attributes, guestQuantity, userQuantity, quantity, notice }) => (
          <tr key={id}>
            <th scope="row">
              {nameOf(sku)}
              <LineOptions attributes={attributes} />
              {notice && <span className="merge-note">{NOTE[notice]}</span>}
            </th>
            <td>{guestQuantity || '–'}</td>
            <td>{userQuantity || '–'}</td>
            <td>
              <strong>{quantity}</strong>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
