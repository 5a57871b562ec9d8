import { type ReactNode, useState } from 'react';
import type { components } from '../api/schema.js';
import { NAMESPACE } from '../page/base-path.js';
import type { Basket } from './basket-write.js';

type Report = components['schemas']['MergeReportDto'];
type MergedLine = components['schemas']['MergedLineDto'];

const RULE: Record<Report['strategy'], string> = {
  max: 'Where both held a product, the larger quantity stays.',
  sum: 'Where both held a product, the quantities were added.',
  guest: 'Where both held a product, the quantity that you chose just now stays.',
  user: 'Where both held a product, the quantity in your account stays.',
};

const NOTE: Record<NonNullable<MergedLine['notice']>, string> = {
  'limited-to-stock': 'No more in stock',
  'limited-to-maximum': 'The most one can have',
  unavailable: 'Not for sale any more',
};

const READ = `${NAMESPACE}.merge-read`;

/** What the login did, line by line. The basket brings it along until it changes: also after a reload, and in other tabs. */
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
        {report.outcome === 'merged' ? 'Your two baskets are one now' : 'Your basket is in your account now'}
      </h2>
      {report.outcome === 'merged' && <p>{RULE[report.strategy]}</p>}
      {report.thawed.length > 0 && <p>It was held for a payment, and is open again.</p>}
      <MergeTable basket={basket} lines={report.lines} />
      <button type="button" className="button quiet" onClick={dismiss}>
        Got it
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
