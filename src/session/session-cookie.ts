import { Environment } from '../environment.js';

/** With the prefix `__Host-` a browser takes the cookie only with Secure, for this host alone, from a secure page. */
export function sessionCookieName({ isProduction }: Environment): string {
  return isProduction ? '__Host-sid' : 'sid';
}

/** The cookie lives as long as the session can at most; the idle lifetime is the database's business. */
export function sessionCookieOptions({ isProduction, sessionMaxSeconds }: Environment) {
  return {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isProduction,
    maxAge: sessionMaxSeconds * 1_000,
  } as const;
}
