import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { useLogOut, useUser } from '../account/user.js';
import { messageOf } from '../api/problem.js';
import { useBasket } from '../basket/use-basket.js';
import { BASE_PATH } from './base-path.js';
import { count } from './money.js';
import { notices } from './notices.js';

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
        {user && <LogOut name={user.displayName ?? user.email} />}
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

function LogOut({ name }: { name: string }): ReactNode {
  const [, navigate] = useLocation();
  const logOut = useLogOut(() => {
    notices.say('You are logged out. Your basket is kept in your account.');
    navigate('/');
  });
  return (
    <button
      type="button"
      className="link"
      title={`Logged in as ${name}`}
      disabled={logOut.isPending}
      onClick={() => logOut.mutate(undefined, { onError: (error) => notices.problem(messageOf(error)) })}
    >
      Log out
    </button>
  );
}
