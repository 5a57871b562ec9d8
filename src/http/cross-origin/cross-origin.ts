import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../problem/problem.js';
import { hasBearerToken } from '../request/bearer-token.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What a browser says of a page that has the same host, and of a request that no page has sent. */
const OWN_SITES = new Set(['same-origin', 'none']);

const ONLY_OWN = 'Only pages of this host and of ALLOWED_ORIGINS may change anything.';

const NO_COOKIE =
  'Browsers do not send the session cookie from a page of another site. Serve the page and the API from one site, or log in by POST /api/auth/login and send its accessToken as Authorization: Bearer.';

/**
 * Rejects a change that a page of another site makes a browser send with the visitor's cookie (cross-site request forgery).
 *
 * Decides by `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454): no script can forge them. A request with neither
 * does not come from a browser. No plugin serves: those of Fastify need a token in each form.
 *
 * A page of another site may be allowed. Its browser keeps the cookie back all the same (SameSite=Lax): without a token each
 * of its writes would create a session that nobody gets back.
 *
 * @param needsNoCookie whether the route works without cookie and token; it is asked only then, for Fastify's answer is slow
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

/** The browser neither sends the session's cookie with such a request nor keeps one of its answer. */
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

/** Hosts are equal as URLs are: without regard to case, and `shop.example:443` is `https://shop.example`. */
function isOriginOf(origin: string, host = ''): boolean {
  // A browser sends `null` for a page without an origin, such as one in a sandbox.
  if (!URL.canParse(origin)) return false;
  const { protocol, host: expected } = new URL(origin);
  const url = `${protocol}//${host}`;
  return host !== '' && URL.canParse(url) && new URL(url).host === expected;
}

/** The browser confirms that the page has the host of the request, so a proxy has changed `Host`. */
function isHostHidden(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-site'] === 'same-origin' && URL.canParse(headers.origin ?? '');
}

function hiddenHost(origin = '', host = ''): string {
  const advice = 'Let the proxy pass on Host, or X-Forwarded-Host, and set TRUST_PROXY to the proxy.';
  return `The page is of ${origin}, but the request arrived for the host ${host}. A proxy hides the host. ${advice}`;
}
