import { Environment } from '../environment.js';

/** With the prefix `__Host-` a browser takes the cookie only with Secure, for this host alone, from a secure page. */
export function sessionCookieName({ isProduction }: Environment): string {
  return isProduction ? '__Host-sid' : 'sid';
}

/** Where the cookie applies; a browser forgets it only by the same settings. */
export function sessionCookieScope({ isProduction }: Environment) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: isProduction } as const;
}

/** The cookie lives as long as the session can at most; the idle lifetime is the database's business. */
export function sessionCookieOptions(environment: Environment) {
  return { ...sessionCookieScope(environment), maxAge: environment.sessionMaxSeconds * 1_000 };
}
