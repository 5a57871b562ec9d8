import { Problem } from '../../problem/problem.js';

/** The session ended while the request was under way, by a login, a logout or its expiry. */
export function sessionReplaced(): Problem {
  const detail =
    'A login replaced the session, or it has expired. Send the request again with the cookie you have now.';
  return new Problem('session-replaced', detail);
}
