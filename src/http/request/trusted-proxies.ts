import proxyAddr, { all, compile } from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';

/**
 * Says whether the proxy at an address may send `X-Forwarded-*`.
 * Hop 0 is the peer of the connection.
 */
export type TrustedProxies = (address: string, hop: number) => boolean;

/**
 * Compiles `TRUST_PROXY`.
 *
 * Fastify itself trusts nobody when it gets a number of hops, therefore it gets a function.
 */
export function trustedProxies(setting: number | string[] | undefined): TrustedProxies | undefined {
  return typeof setting === 'number' ? (_address, hop) => hop < setting : setting && compile(setting);
}

/** The host that the client asked for, with its port. */
export function hostOf(request: IncomingMessage, trusted: TrustedProxies | undefined): string | undefined {
  return forwarded(request, 'x-forwarded-host', trusted) ?? request.headers.host;
}

/** The client's address; without a trusted proxy that of the connection. */
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
 * Express takes the first value, which the client can forge. Fastify takes the last, which the inner one of two proxies
 * sets. The right one is the value of the outermost trusted proxy: as many values from the end as there are trusted
 * proxies.
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
