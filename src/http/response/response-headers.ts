import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Environment } from '../../config/environment.js';

type HeaderSettings = Pick<Environment, 'isProduction' | 'hsts'>;

/**
 * Returns the headers of every response, by lower-case name: those of helmet, and `no-store`. A
 * route can set another `Cache-Control`.
 *
 * Computed once. `@fastify/helmet` would compute the same headers for each request.
 */
export function responseHeaders({ isProduction, hsts }: HeaderSettings): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  const answer = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const ask = helmet({
    contentSecurityPolicy: contentSecurityPolicy(isProduction),
    // Other hosts below the shop's domain may have no https.
    strictTransportSecurity: isProduction && hsts !== 'off' && { includeSubDomains: hsts === 'subdomains' },
    xFrameOptions: { action: 'deny' },
  });
  ask({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined);
  return headers;
}

/** Allows only files of this host, and no inline script. Inline styles are for the API explorer. */
function contentSecurityPolicy(isProduction: boolean) {
  const directives = {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    frameAncestors: ["'none'"],
    // Off in development: browsers would use https, which a development server lacks.
    upgradeInsecureRequests: isProduction ? [] : null,
  };
  return { directives };
}
