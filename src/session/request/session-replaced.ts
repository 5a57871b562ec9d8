import { Problem } from '../../problem/problem.js';

/**
 * Creates the problem for a session that ended during the request, by a login, a logout or expiry.
 */
export function sessionReplaced(): Problem {
  const detail =
    'A login replaced the session, or it has expired. Send the request again with the cookie you have now.';
  return new Problem('session-replaced', detail);
}
