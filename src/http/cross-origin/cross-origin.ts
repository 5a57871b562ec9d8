import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../problem/problem.js';
import { hasBearerToken } from '../request/bearer-token.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The values of `Sec-Fetch-Site` for a page on the same host, and for a request that no page has
 * sent.
 */
const OWN_SITES = new Set(['same-origin', 'none']);

const ONLY_OWN = 'Only pages on this host and on ALLOWED_ORIGINS may send changes.';

const NO_COOKIE =
  'Browsers do not send the session cookie from a page on another site. Serve the page and the API from one site, or log in by POST /api/auth/login and send its accessToken as Authorization: Bearer.';

/**
 * Rejects a change that a page on another site sends with the visitor's cookie (cross-site request
 * forgery).
 *
 * Decides by `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454), which no script can
 * forge. A request with neither header does not come from a browser. Fastify's plugins are of no
 * use here, because they need a token in each form.
 *
 * ALLOWED_ORIGINS can allow a page on another site, but the browser still sends no cookie from it
 * (SameSite=Lax). Without a token, each write of the page would create a session that gets lost.
 *
 * @param needsNoCookie says whether the route works without cookie and token; called last, because
 * Fastify's lookup is slow
 * @throws Problem `foreign-origin` or `cross-site-cookie`
 */
export function rejectCrossOrigin(
  { method = '', headers }: { method?: string; headers: IncomingHttpHeaders },
  host: string | undefined,
  allowed: readonly string[],
  needsNoCookie: () => boolean,
): void {
  if (SAFE_METHODS.has(method)) return;
  if (isForeign(headers, host, allowed)) {
    throw new Problem('foreign-origin', isHostHidden(headers) ? hiddenHost(headers.origin, host) : ONLY_OWN);
  }
  if (!isCrossSite(headers) || hasBearerToken(headers) || needsNoCookie()) return;
  throw new Problem('cross-site-cookie', NO_COOKIE);
}

/**
 * Says whether a page on another site has sent the request. The browser then neither sends nor
 * stores the session cookie.
 */
export function isCrossSite(headers: IncomingHttpHeaders): boolean {
  return String(headers['sec-fetch-site']).toLowerCase() === 'cross-site';
}

function isForeign(
  headers: IncomingHttpHeaders,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  const { origin, 'sec-fetch-site': site } = headers;
  if (origin !== undefined && allowed.includes(origin)) return false;
  if (site !== undefined && !OWN_SITES.has(String(site).toLowerCase())) return true;
  return origin !== undefined && !isOriginOf(origin, host);
}

/**
 * Compares the hosts as parts of URLs: case does not matter, and `https://shop.example` is the same
 * as `shop.example:443`.
 */
function isOriginOf(origin: string, host = ''): boolean {
  // A browser sends `null` for a page without an origin, such as a sandboxed one.
  if (!URL.canParse(origin)) return false;
  const { protocol, host: expected } = new URL(origin);
  const url = `${protocol}//${host}`;
  return host !== '' && URL.canParse(url) && new URL(url).host === expected;
}

/**
 * Says whether a proxy has changed `Host`: the browser reports the same host for the page and the
 * request.
 */
function isHostHidden(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-site'] === 'same-origin' && URL.canParse(headers.origin ?? '');
}

function hiddenHost(origin = '', host = ''): string {
  const advice =
    'Make the proxy forward Host. Or make it send X-Forwarded-Host, and set TRUST_PROXY to the proxy.';
  return `The page is on ${origin}, but the request arrived for the host ${host}. A proxy has changed the host. ${advice}`;
}
