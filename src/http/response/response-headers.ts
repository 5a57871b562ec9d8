import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Environment } from '../../config/environment.js';

type HeaderSettings = Pick<Environment, 'isProduction' | 'hsts'>;

/**
 * The headers of every answer, by lower-case name: those of helmet, and no answer is stored unless its route says otherwise.
 *
 * They are computed once. `@fastify/helmet` would compute the same ones for each request.
 */
export function responseHeaders({ isProduction, hsts }: HeaderSettings): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  const answer = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => undefined,
  };
  const ask = helmet({
    contentSecurityPolicy: contentSecurityPolicy(isProduction),
    // Other hosts of the shop's domain may have no https.
    strictTransportSecurity: isProduction && hsts !== 'off' && { includeSubDomains: hsts === 'subdomains' },
    xFrameOptions: { action: 'deny' },
  });
  ask({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined);
  return headers;
}

/** Everything from here, no script within a page; styles within, for the explorer writes some. */
function contentSecurityPolicy(isProduction: boolean) {
  const directives = {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    frameAncestors: ["'none'"],
    // Browsers would ask for https on a development server that has none.
    upgradeInsecureRequests: isProduction ? [] : null,
  };
  return { directives };
}
