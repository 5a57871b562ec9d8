import { ApiProblem, isUncertain } from '../api/problem.js';
import type { components } from '../api/schema.js';

type Registration = components['schemas']['RegistrationDto'];

/**
 * Sends a registration, which may be repeated after a lost response.
 *
 * A lost registration may have succeeded: then the repeated one gets `email-taken` for the
 * visitor's own account. The caller logs in next with the same password. That login fails when the
 * email belongs to another person.
 */
export function registerOnce(
  send: (registration: Registration) => Promise<unknown>,
): (registration: Registration) => Promise<void> {
  let uncertain: string | undefined;
  return async (registration) => {
    try {
      await send(registration);
    } catch (error) {
      const isTaken = error instanceof ApiProblem && error.type === 'email-taken';
      if (isTaken && registration.email === uncertain) return;
      if (isUncertain(error)) uncertain = registration.email;
      throw error;
    }
  };
}
