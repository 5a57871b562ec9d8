import type { IncomingHttpHeaders } from 'node:http';

/** A stranger can send any number of origins. */
const MAX_ORIGINS = 100;
const MAX_LENGTH = 200;

interface Preflight {
  method?: string;
  headers: IncomingHttpHeaders;
}

/**
 * Logs the preflight of an origin that is not allowed, once an origin.
 *
 * The browser tells the page only that the network has failed, so the log is where a forgotten origin can be found.
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
    log(
      `A page of ${name} asked to use the API. Its origin is not in ALLOWED_ORIGINS, so its browser is refused.`,
    );
  };
}
