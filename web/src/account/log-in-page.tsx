import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from '../page/use-page-title.js';
import { fieldsOf, FormError, FormField } from './form-field.js';
import { useAfterLogin } from './use-after-login.js';
import { useLogIn } from './user.js';

export function LogInPage(): ReactNode {
  usePageTitle('Log in');
  const logIn = useLogIn(useAfterLogin());
  return (
    <section className="sheet narrow">
      <h1>Log in</h1>
      <p>What is in your basket comes along.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const { email = '', password = '' } = fieldsOf(event.currentTarget);
          logIn.mutate({ email, password });
        }}
      >
        <FormField
          label="Email"
          name="email"
          type="email"
          autoComplete="email"
          required
          error={logIn.error}
        />
        <FormField
          label="Password"
          name="password"
          type="password"
          autoComplete="current-password"
          required
          error={logIn.error}
        />
        <FormError error={logIn.error} />
        <button className="button" disabled={logIn.isPending}>
          Log in
        </button>
      </form>
      <p>
        New here? <Link href="/register">Register</Link>
      </p>
    </section>
  );
}
