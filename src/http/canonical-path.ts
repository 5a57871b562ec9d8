import { Problem } from '../problem/problem.js';
import { pathOf } from './request-path.js';

/** `/`, or segments of visible ASCII that are not empty. `#` and `\` have a meaning in URLs that a server never gets. */
const CANONICAL = /^\/$|^(\/[!"$-.0-[\]-~]+)+$/;

/** A request may name the host as well (RFC 9112, absolute-form). */
const ORIGIN = /^https?:\/\/[^/?#]+/i;

/**
 * Refuses a path that is only almost one of ours, such as one with a slash at its end.
 *
 * A client resolves dot segments: `DELETE /api/basket/lines/..` is sent as `DELETE /api/basket/`. A router that
 * ignores the slash would clear the basket.
 *
 * @throws Problem `not-found`
 */
export function assertCanonicalPath(url: string): void {
  const path = pathOf(url.replace(ORIGIN, ''));
  if (CANONICAL.test(path || '/') || url === '*') return;
  throw new Problem('not-found', 'There is nothing under this method and path.');
}
