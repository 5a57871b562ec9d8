import type { IncomingHttpHeaders } from 'node:http';

/**
 * Says whether the request has a Bearer token, valid or not. The session cookie is ignored then.
 */
export function hasBearerToken({ authorization }: IncomingHttpHeaders): boolean {
  return authorization !== undefined && /^bearer\b/i.test(authorization);
}
