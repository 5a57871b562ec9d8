import { ApiProblem, isUncertain } from '../api/problem.js';
import type { components } from '../api/schema.js';

type Registration = components['schemas']['RegistrationDto'];

/**
 * Sends registrations. One whose answer was lost may have been done; sent again, its email is taken, by this visitor.
 *
 * The caller logs in next with the same password, which fails where the email is another person's.
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
