import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { messageOf } from '../api/problem.js';
import { notices } from '../page/notices.js';
import { useLogOut } from './user.js';

/** A button that ends the session and then shows the notice. */
export function LogOut({ name, notice }: { name: string; notice: string }): ReactNode {
  const [, navigate] = useLocation();
  const logOut = useLogOut(() => {
    notices.say(notice);
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
