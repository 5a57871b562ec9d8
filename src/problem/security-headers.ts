import helmet from 'helmet';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What helmet gives to every answer, by name: it is the same for all, so it is asked once. */
export function securityHeaders(isProduction: boolean): Record<string, string> {
  const headers: Record<string, string> = {};
  const answer = {
    setHeader: (name: string, value: string) => (headers[name] = value),
    removeHeader: () => undefined,
  };
  const ask = helmet({
    contentSecurityPolicy: contentSecurityPolicy(isProduction),
    strictTransportSecurity: isProduction,
    xFrameOptions: { action: 'deny' },
  });
  ask({} as IncomingMessage, answer as unknown as ServerResponse, () => undefined);
  return headers;
}

/** Everything from here, no script within a page; styles within, for the explorer writes some. */
function contentSecurityPolicy(isProduction: boolean) {
  const directives = {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'", 'data:'],
    styleSrc: ["'self'", "'unsafe-inline'"],
    frameAncestors: ["'none'"],
    // Browsers would ask for https on a development server that has none.
    upgradeInsecureRequests: isProduction ? [] : null,
  };
  return { directives };
}
