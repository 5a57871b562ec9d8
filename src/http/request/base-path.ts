/** A request may name the host as well (RFC 9112, absolute-form). */
const ORIGIN = /^https?:\/\/[^/?#]+/i;

/** No route has it, and `assertCanonicalPath` refuses it. */
const OUTSIDE = '//';

/** The path and the query of a request's URL, without the host that a client may send with them. */
export function withoutOrigin(url: string): string {
  return url.replace(ORIGIN, '');
}

/**
 * The URL of a request without `BASE_PATH`: Fastify's option `rewriteUrl` asks for it, so that nothing behind it knows the prefix.
 *
 * What the client reads has the URL as it was sent: `request.originalUrl`.
 */
export function withoutBasePath(url: string, basePath: string): string {
  const path = withoutOrigin(url);
  const rest = path.slice(basePath.length);
  if (!path.startsWith(basePath) || !/^([/?]|$)/.test(rest)) return OUTSIDE;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
