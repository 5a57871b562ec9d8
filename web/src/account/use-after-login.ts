import { useLocation, useSearch } from 'wouter';
import type { components } from '../api/schema.js';
import { notices } from '../page/notices.js';

type Login = components['schemas']['LoginDto'];

/** Leads to the page that the visitor wanted, or to the basket that the login has changed. */
export function useAfterLogin(): (login: Login) => void {
  const [, navigate] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get('to');
  return ({ user, basket }) => {
    notices.say(`Welcome, ${user.displayName ?? user.email}.`);
    // Only paths of this shop: an address from outside must not lead away.
    if (wanted && /^\/\w[\w/-]*$/.test(wanted)) return navigate(wanted);
    navigate(basket.outcome === 'none' ? '/' : '/basket');
  };
}
