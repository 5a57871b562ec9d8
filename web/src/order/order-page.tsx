import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link, useSearch } from 'wouter';
import { answerOf, api } from '../api/client.js';
import { messageOf } from '../api/problem.js';
import type { components } from '../api/schema.js';
import { LineOptions } from '../basket/line-options.js';
import { money } from '../page/money.js';
import { moment } from '../page/time.js';
import { usePageTitle } from '../page/use-page-title.js';
import { Waiting } from '../page/waiting.js';
import { OrderAgain } from './order-again.js';

export function OrderPage({ id }: { id: string }): ReactNode {
  usePageTitle('Order');
  const isNew = useSearch() === 'placed';
  const { data: order, error } = useQuery({
    queryKey: ['order', id],
    queryFn: ({ signal }) => answerOf(api.GET('/api/orders/{id}', { params: { path: { id } }, signal })),
  });
  if (error) return <p role="alert">{messageOf(error)}</p>;
  if (!order) return <Waiting />;
  return (
    <section className="sheet">
      <h1>{isNew ? 'Thank you for your order' : 'Your order'}</h1>
      <p>
        {moment(order.submittedAt)} · order number <code>{order.id}</code>
      </p>
      {order.cancelledAt && <p className="cancelled">Cancelled: {moment(order.cancelledAt)}</p>}
      <OrderTable order={order} />
      <div className="checkout">
        <Link href="/">Back to the shop</Link>
        <OrderAgain order={order} />
      </div>
    </section>
  );
}

function OrderTable({ order }: { order: components['schemas']['OrderDto'] }): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Product</th>
          <th scope="col">Pieces</th>
          <th scope="col">Price</th>
        </tr>
      </thead>
      <tbody>
        {order.lines.map(({ id, name, attributes, quantity, lineTotalMinor }) => (
          <tr key={id}>
            <th scope="row">
              {name}
              <LineOptions attributes={attributes} />
            </th>
            <td>{quantity}</td>
            <td>{money(lineTotalMinor, order.currency)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Total</th>
          <td>{order.totals.quantity}</td>
          <td>{money(order.totals.amountMinor, order.currency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
