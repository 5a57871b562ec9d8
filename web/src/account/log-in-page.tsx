import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from '../page/use-page-title.js';
import { LogInForm } from './log-in-form.js';
import { useAfterLogin } from './use-after-login.js';

export function LogInPage(): ReactNode {
  usePageTitle('Log in');
  return (
    <section className="sheet narrow">
      <h1>Log in</h1>
      <p>Your basket is kept when you log in.</p>
      <LogInForm onSuccess={useAfterLogin()} />
      <p>
        New here? <Link href="/register">Register</Link>
      </p>
    </section>
  );
}
