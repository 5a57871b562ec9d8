import type { IncomingHttpHeaders } from 'node:http';

/**
 * Says whether the request names its user by a token, valid or not.
 * The session's cookie does not count then.
 */
export function hasBearerToken({ authorization }: IncomingHttpHeaders): boolean {
  return authorization !== undefined && /^bearer\b/i.test(authorization);
}
