import { Problem } from '../problem/problem.js';
import { withoutOrigin } from './base-path.js';
import { pathOf } from './request-path.js';

/** `/`, or segments of visible ASCII that are not empty. `#` and `\` have a meaning in URLs that a server never gets. */
const CANONICAL = /^\/$|^(\/[!"$-.0-[\]-~]+)+$/;

/**
 * Refuses a path that is only almost one of ours, such as one with a slash at its end.
 *
 * A client resolves dot segments: `DELETE /api/basket/lines/..` is sent as `DELETE /api/basket/`. A router that
 * ignores the slash would clear the basket.
 *
 * @throws Problem `not-found`
 */
export function assertCanonicalPath(url: string): void {
  const path = pathOf(withoutOrigin(url));
  if (CANONICAL.test(path || '/') || url === '*') return;
  throw new Problem('not-found', 'There is nothing under this method and path.');
}
