import type { IncomingMessage } from 'node:http';
import { Problem } from '../../problem/problem.js';

/**
 * Requires exactly one `Host` header, as RFC 9112 does.
 *
 * With two of them, a proxy and this server could use different ones.
 *
 * @throws Problem `malformed-request`
 */
export function assertOneHost({ rawHeaders, httpVersion }: IncomingMessage): void {
  let hosts = 0;
  for (let n = 0; n < rawHeaders.length; n += 2) {
    const name = rawHeaders[n];
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts === 1 || (hosts === 0 && httpVersion === '1.0')) return;
  throw new Problem('malformed-request', 'Send one Host header.');
}
