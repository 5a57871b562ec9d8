import type { IncomingHttpHeaders } from 'node:http';

/** Limits for the logged origins, because a client can send any number of them. */
const MAX_ORIGINS = 100;
const MAX_LENGTH = 200;

interface Preflight {
  method?: string;
  headers: IncomingHttpHeaders;
}

/**
 * Logs a preflight of an origin that is not allowed, once per origin.
 *
 * The browser reports only a network error to the page. The log is the only place that names the
 * missing origin.
 */
export function logRefusedPreflights(
  allowed: readonly string[],
  log: (message: string) => void,
): (request: Preflight) => void {
  const logged = new Set<string>();
  return ({ method, headers }) => {
    const { origin } = headers;
    if (method !== 'OPTIONS' || origin === undefined || allowed.includes(origin)) return;
    const name = origin.slice(0, MAX_LENGTH);
    const isPreflight = headers['access-control-request-method'] !== undefined;
    if (!isPreflight || logged.has(name) || logged.size >= MAX_ORIGINS) return;
    logged.add(name);
    log(`Refused a preflight request from a page on ${name}: its origin is not in ALLOWED_ORIGINS.`);
  };
}
