import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from './problem.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a browser says of a page that has the same host, and of a request that no page has sent. */
const OWN_SITES = new Set(['same-origin', 'none']);

/**
 * Refuses what a page of another site makes a browser send with the visitor's cookie: cross-site request forgery.
 *
 * By `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454), which no script can forge. A request with neither is
 * no browser's.
 */
export function refuseForeignOrigins(allowed: readonly string[]): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (!SAFE_METHODS.has(request.method) && isForeign(request.headers, request.host, allowed)) {
      throw new Problem(
        'foreign-origin',
        'Only pages of this host and of ALLOWED_ORIGINS may change anything.',
      );
    }
    next();
  };
}

/** Whether a page of another site than `host` made the browser send these headers. */
export function isForeign(
  headers: IncomingHttpHeaders,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && allowed.includes(origin)) return false;
  if (site !== undefined && !OWN_SITES.has(site.toLowerCase())) return true;
  return origin !== undefined && hostOf(origin) !== host?.toLowerCase();
}

/** Undefined for `null`, which a browser sends for a page that has no origin, such as one in a sandbox. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
