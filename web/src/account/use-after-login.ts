import { useLocation, useSearch } from 'wouter';
import type { components } from '../api/schema.js';
import { notices } from '../page/notices.js';

type Login = components['schemas']['LoginDto'];

/** On to where the visitor wanted to go, or to what the login did to the basket. */
export function useAfterLogin(): (login: Login) => void {
  const [, navigate] = useLocation();
  const wanted = new URLSearchParams(useSearch()).get('to');
  return ({ user, basket }) => {
    notices.say(`Welcome, ${user.displayName ?? user.email}.`);
    // A path of this shop and nothing else: an address from outside must not lead away.
    if (wanted && /^\/\w[\w/-]*$/.test(wanted)) return navigate(wanted);
    navigate(basket.outcome === 'none' ? '/' : '/basket');
  };
}
