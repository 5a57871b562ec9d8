import proxyAddr, { all, compile } from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * Says whether the proxy at an address may send `X-Forwarded-*`. Hop 0 is the peer of the
 * connection.
 */
export type TrustedProxies = (address: string, hop: number) => boolean;

/**
 * Compiles `TRUST_PROXY`.
 *
 * Fastify trusts no proxy if it gets a number of hops, so it gets a function.
 */
export function trustedProxies(setting: number | string[] | undefined): TrustedProxies | undefined {
  return typeof setting === 'number' ? (_address, hop) => hop < setting : setting && compile(setting);
}

/** Returns the host that the client requested, with its port. */
export function hostOf(request: IncomingMessage, trusted: TrustedProxies | undefined): string | undefined {
  return forwarded(request, 'x-forwarded-host', trusted) ?? request.headers.host;
}

/** Returns the client's address. Without a trusted proxy, this is the peer of the connection. */
export function addressOf(request: IncomingMessage, trusted: TrustedProxies | undefined): string {
  return trusted ? proxyAddr(request, trusted) : (request.socket.remoteAddress ?? '');
}

/** Says whether the client's own connection is encrypted. */
export function isSecure(request: IncomingMessage, trusted: TrustedProxies | undefined): boolean {
  const scheme = forwarded(request, 'x-forwarded-proto', trusted);
  return scheme === undefined ? (request.socket as TLSSocket).encrypted : scheme === 'https';
}

/**
 * Reads one value of a list that each proxy may have appended to.
 *
 * Express takes the first value, which the client can forge. Fastify takes the last one, which the
 * inner of two proxies sets. The outermost trusted proxy sets the right one: with two trusted
 * proxies, it is the second value from the end. See docs/decisions/07-nest-on-fastify.md.
 */
function forwarded(
  request: IncomingMessage,
  name: 'x-forwarded-host' | 'x-forwarded-proto',
  trusted: TrustedProxies | undefined,
): string | undefined {
  const header = request.headers[name] as string | undefined;
  if (!header || !trusted?.(request.socket.remoteAddress ?? '', 0)) return undefined;
  const values = header.split(',');
  const proxies = Math.max(1, all(request, trusted).length - 1);
  return values[Math.max(0, values.length - proxies)]?.trim();
}
