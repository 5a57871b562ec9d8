import type { ReactNode } from 'react';
import { fieldsOf, FormError, FormField } from './form-field.js';
import { type Login, useLogIn } from './user.js';

export function LogInForm({ onSuccess }: { onSuccess: (login: Login) => void }): ReactNode {
  const logIn = useLogIn(onSuccess);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        const { email = '', password = '' } = fieldsOf(event.currentTarget);
        logIn.mutate({ email, password });
      }}
    >
      <FormField label="Email" name="email" type="email" autoComplete="email" required error={logIn.error} />
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
  );
}
