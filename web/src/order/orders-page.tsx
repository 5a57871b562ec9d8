import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { answerOf, api } from '../api/client.js';
import { messageOf } from '../api/problem.js';
import { count, money } from '../page/money.js';
import { moment } from '../page/time.js';
import { usePageTitle } from '../page/use-page-title.js';
import { Waiting } from '../page/waiting.js';
import { OrderAgain } from './order-again.js';

export function OrdersPage(): ReactNode {
  usePageTitle('Orders');
  return (
    <div className="basket">
      <h1>Your orders</h1>
      <Orders />
    </div>
  );
}

function Orders(): ReactNode {
  const { data, error } = useQuery({
    queryKey: ['orders'],
    queryFn: ({ signal }) => answerOf(api.GET('/api/orders', { params: { query: { limit: 100 } }, signal })),
  });
  if (error) return <p role="alert">{messageOf(error)}</p>;
  if (!data) return <Waiting />;
  if (data.orders.length === 0) return <p className="sheet">You have no orders yet.</p>;
  return (
    <ul className="orders">
      {data.orders.map((order) => (
        <li key={order.id}>
          <Link href={`/orders/${order.id}`}>Order of {moment(order.submittedAt)}</Link>
          {order.cancelledAt && <span className="cancelled">Cancelled</span>}
          <span>{count(order.totals.quantity, 'piece')}</span>
          <strong>{money(order.totals.amountMinor, order.currency)}</strong>
          <OrderAgain order={order} />
        </li>
      ))}
    </ul>
  );
}
