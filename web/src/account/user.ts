import { queryOptions, useMutation, useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../api/client.js';
import type { components } from '../api/schema.js';
import { withBrowserLock } from '../basket/with-browser-lock.js';
import { basketQuery, outbox, visitorChanged } from '../basket/keep-basket.js';
import { payments } from '../basket/payments.js';
import { registerOnce } from './register-once.js';

export type User = components['schemas']['UserDto'];
export type Login = components['schemas']['LoginDto'];
type Credentials = components['schemas']['LoginRequestDto'];

const userQuery = queryOptions({
  queryKey: ['user'],
  queryFn: () => answerOf(api.GET('/api/auth/me')),
});

/**
 * The logged-in user. Null: a guest. Undefined: not known yet. Asks only when the basket belongs to
 * a user.
 */
export function useUser(): User | null | undefined {
  const { data: basket } = useQuery(basketQuery);
  const { data: user, error } = useQuery({ ...userQuery, enabled: basket?.owner === 'user' });
  if (!basket) return undefined;
  return basket.owner === 'guest' || error ? null : user;
}

export function useLogIn(onSuccess: (login: Login) => void) {
  return useMutation({
    mutationFn: (body: Credentials) => withBrowserLock(() => answerOf(api.POST('/api/auth/login', { body }))),
    onSuccess: async (login) => {
      if (!login.basket.paymentUnderWay) payments.clear();
      await visitorChanged();
      onSuccess(login);
    },
  });
}

const register = registerOnce((body) => answerOf(api.POST('/api/auth/register', { body })));

/** A registration does not log in, so the login follows. */
export function useRegister(onSuccess: (login: Login) => void) {
  const logIn = useLogIn(onSuccess);
  const registration = useMutation({
    mutationFn: register,
    onSuccess: (_user, { email, password }) => logIn.mutate({ email, password }),
  });
  return {
    mutate: registration.mutate,
    isPending: registration.isPending || logIn.isPending,
    error: registration.error ?? logIn.error,
  };
}

export function useLogOut(onSuccess: () => void) {
  return useMutation({
    mutationFn: () => withBrowserLock(() => answerOf(api.POST('/api/auth/logout'))),
    onSuccess: async () => {
      outbox.clear();
      payments.clear();
      await visitorChanged();
      onSuccess();
    },
  });
}
