import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from './problem.js';

/** `/`, or segments of visible ASCII that are not empty. `#` and `\` have a meaning in URLs that a server never gets. */
const CANONICAL = /^\/$|^(\/[!"$-.0-[\]-~]+)+$/;

/** A request may name the host as well (RFC 9112, absolute-form). */
const ORIGIN = /^https?:\/\/[^/?#]+/i;

/**
 * Refuses a path that is only almost one of ours, such as one with a slash at its end. A handler that needs no framework.
 *
 * A client resolves dot segments: `DELETE /api/basket/lines/..` is sent as `DELETE /api/basket/`. A router that
 * ignores the slash would clear the basket.
 */
export function refuseAlias(
  request: IncomingMessage,
  _response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  if (isCanonical(request.url ?? '')) next();
  else next(new Problem('not-found', 'There is nothing under this method and path.'));
}

function isCanonical(url: string): boolean {
  const [path = ''] = url.replace(ORIGIN, '').split('?', 1);
  return CANONICAL.test(path || '/') || url === '*';
}
