import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { usePageTitle } from '../page/use-page-title.js';
import { fieldsOf, FormError, FormField } from './form-field.js';
import { useAfterLogin } from './use-after-login.js';
import { useRegister } from './user.js';

export function RegisterPage(): ReactNode {
  usePageTitle('Register');
  const register = useRegister(useAfterLogin());
  const { error } = register;
  return (
    <section className="sheet narrow">
      <h1>Register</h1>
      <p>Your account keeps your basket on all your devices.</p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const { email = '', password = '', displayName } = fieldsOf(event.currentTarget);
          register.mutate({ email, password, ...(displayName && { displayName }) });
        }}
      >
        <FormField
          label="Name (optional)"
          name="displayName"
          autoComplete="name"
          maxLength={100}
          error={error}
        />
        <FormField label="Email" name="email" type="email" autoComplete="email" required error={error} />
        <FormField
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          hint="At least 8 characters."
          error={error}
        />
        <FormError error={error} />
        <button className="button" disabled={register.isPending}>
          Register
        </button>
      </form>
      <p>
        Do you have an account? <Link href="/login">Log in</Link>
      </p>
    </section>
  );
}
