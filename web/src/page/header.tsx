import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { LogOut } from '../account/log-out.js';
import { useUser } from '../account/user.js';
import { useBasket } from '../basket/use-basket.js';
import { BASE_PATH } from './base-path.js';
import { count } from './money.js';

export function Header(): ReactNode {
  const user = useUser();
  return (
    <header className="header">
      <Link href="/" className="wordmark">
        <img src={`${BASE_PATH}/icon.svg`} alt="" width="28" height="28" />
        Basketkeeper
      </Link>
      <nav aria-label="Shop">
        {user?.role === 'admin' && <Link href="/operations">Operations</Link>}
        <Link href="/orders">Orders</Link>
        {user && (
          <LogOut
            name={user.displayName ?? user.email}
            notice="You are logged out. Your basket is kept in your account."
          />
        )}
        {user === null && <Link href="/login">Log in</Link>}
        <BasketLink />
      </nav>
    </header>
  );
}

function BasketLink(): ReactNode {
  const quantity = useBasket().basket?.totals.quantity ?? 0;
  return (
    <Link href="/basket" className="basket-link" aria-label={`Basket ${count(quantity, 'piece')}`}>
      Basket <span className={quantity > 0 ? 'badge' : 'badge empty'}>{quantity}</span>
    </Link>
  );
}
