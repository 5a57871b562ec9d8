import type { IncomingMessage } from 'node:http';
import { hostOf, type TrustedProxies } from './trusted-proxies.js';

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i;

/**
 * Says whether a request came to the operations port through a tunnel, such as `ssh -L`. Such a
 * request names a loopback host.
 *
 * The tunnel encrypts, but the browser sees http. Browsers trust a loopback host without https.
 */
export function isTunnelled(
  request: IncomingMessage,
  operationsPort: number | undefined,
  trusted: TrustedProxies | undefined,
): boolean {
  if (operationsPort === undefined || request.socket.localPort !== operationsPort) return false;
  return LOOPBACK.test(hostOf(request, trusted) ?? '');
}
