import { type ReactNode, useState } from 'react';
import type { components } from '../api/schema.js';
import { NAMESPACE } from '../page/base-path.js';
import type { Basket } from './basket-write.js';

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
      <h2 id="merge-title">
        {report.outcome === 'merged' ? 'Your two baskets were merged' : 'Your basket is in your account now'}
      </h2>
      {report.outcome === 'merged' && <p>{RULE[report.strategy]}</p>}
      {report.thawed.length > 0 && <p>The checkout was cancelled. You can change the basket again.</p>}
      <MergeTable basket={basket} lines={report.lines} />
      <button type="button" className="button quiet" onClick={dismiss}>
        Close
      </button>
    </section>
  );
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
        {lines.map(({ sku, guestQuantity, userQuantity, quantity, notice }) => (
          <tr key={sku}>
            <th scope="row">
              {nameOf(sku)}
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
