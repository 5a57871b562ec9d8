/** The scheme and the host of a request target in absolute form (RFC 9112). */
const ORIGIN = /^https?:\/\/[^/?#]+/i;

/**
 * Stands for a path outside of `BASE_PATH`. No route has it, and `assertCanonicalPath` refuses it.
 */
const OUTSIDE = '//';

/** Removes the host from the URL of a request, and leaves the path and the query. */
export function withoutOrigin(url: string): string {
  return url.replace(ORIGIN, '');
}

/**
 * Removes `BASE_PATH` from the URL of a request, for Fastify's option `rewriteUrl`. Later code does
 * not know the prefix.
 *
 * A text for the client uses the URL as it was sent: `request.originalUrl`.
 */
export function withoutBasePath(url: string, basePath: string): string {
  const path = withoutOrigin(url);
  const rest = path.slice(basePath.length);
  if (!path.startsWith(basePath) || !/^([/?]|$)/.test(rest)) return OUTSIDE;
  return rest.startsWith('/') ? rest : `/${rest}`;
}
