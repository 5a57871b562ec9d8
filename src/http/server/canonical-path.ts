import { Problem } from '../../problem/problem.js';
import { withoutOrigin } from '../request/base-path.js';
import { pathOf } from '../request/request-path.js';

/** `/`, or segments of visible ASCII that are not empty. `#` and `\` have a meaning in URLs that a server never gets. */
const CANONICAL = /^\/$|^(\/[!"$-.0-[\]-~]+)+$/;

/**
 * Refuses a path that is only almost one of ours, such as one with a slash at its end.
 *
 * A client resolves dot segments: `DELETE /api/basket/lines/..` is sent as `DELETE /api/basket/`. A router that
 * ignores the slash would clear the basket.
 *
 * @param routePattern is asked for a path that has encoded characters: to read it from Fastify is slow
 * @throws Problem `not-found`
 */
export function assertCanonicalPath(url: string, routePattern: () => string | undefined): void {
  const path = pathOf(withoutOrigin(url));
  const isCanonical = CANONICAL.test(path || '/') && !isEncodedAlias(path, routePattern);
  if (isCanonical || url === '*') return;
  throw new Problem('not-found', 'There is nothing under this method and path.');
}

/** The router decodes before it compares: `/api/%62asket` would be `/api/basket`. Only a parameter may be encoded. */
function isEncodedAlias(path: string, routePattern: () => string | undefined): boolean {
  if (!path.includes('%')) return false;
  const pattern = routePattern()?.split('/') ?? [];
  return path.split('/').some((segment, n) => segment.includes('%') && !pattern[n]?.startsWith(':'));
}
