import { Problem } from '../../problem/problem.js';
import { withoutOrigin } from '../request/base-path.js';
import { pathOf } from '../request/request-path.js';

/** `/`, or non-empty segments of visible ASCII. A client never sends `#` or `\` in a path. */
const CANONICAL = /^\/$|^(\/[!"$-.0-[\]-~]+)+$/;

/**
 * Refuses a path that is almost a route, such as one with a trailing slash.
 *
 * A client resolves dot segments: it sends `DELETE /api/basket/lines/..` as `DELETE /api/basket/`.
 * A router that ignores the slash would clear the basket. See docs/decisions/07-nest-on-fastify.md.
 *
 * @param routePattern is called only for a path with encoded characters, because Fastify's lookup
 * is slow
 * @throws Problem `not-found`
 */
export function assertCanonicalPath(url: string, routePattern: () => string | undefined): void {
  const path = pathOf(withoutOrigin(url));
  const isCanonical = CANONICAL.test(path || '/') && !isEncodedAlias(path, routePattern);
  if (isCanonical || url === '*') return;
  throw new Problem('not-found', 'No route has this method and path.');
}

/**
 * Says whether anything but a parameter is encoded. The router decodes before it compares:
 * `/api/%62asket` would be `/api/basket`.
 */
function isEncodedAlias(path: string, routePattern: () => string | undefined): boolean {
  if (!path.includes('%')) return false;
  const pattern = routePattern()?.split('/') ?? [];
  return path.split('/').some((segment, n) => segment.includes('%') && !pattern[n]?.startsWith(':'));
}
