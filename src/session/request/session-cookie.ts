import { Injectable } from '@nestjs/common';
import { serialize } from 'cookie';
import { sign } from 'cookie-signature';
import session, { type CookieOptions } from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Environment } from '../../config/environment.js';
import { isSecure, type TrustedProxies, trustedProxies } from '../../http/request/trusted-proxies.js';
import { isTunnelled } from '../../http/request/tunnel.js';
import { Problem } from '../../problem/problem.js';
import { signedIdsIn } from './signed-ids.js';

/** The constructor takes the settings, but the published types do not say so. */
const Cookie = session.Cookie as unknown as new (settings: CookieOptions) => session.Cookie;

const SCOPE = { path: '/', httpOnly: true, sameSite: 'lax' } as const;

/**
 * The cookie's name on the operations port through a tunnel, in production.
 *
 * A browser does not separate the cookies of two ports, so the name must be different.
 */
const TUNNEL_NAME = 'operations-sid';

/** The signed cookie with the session's id, in the format of express-session. */
@Injectable()
export class SessionCookie {
  /** The name on the visitors' port. */
  readonly name: string;
  readonly secrets: string[];
  readonly settings: CookieOptions;
  private readonly maxSeconds: number;
  private readonly isSecure: boolean;
  private readonly trusted: TrustedProxies | undefined;
  private readonly operationsPort: number | undefined;

  constructor({
    isProduction,
    sessionCookieName,
    sessionSecrets,
    sessionMaxSeconds,
    trustProxy,
    operationsPort,
  }: Environment) {
    // With the prefix `__Host-` a browser requires Secure, and sends the cookie to this host alone.
    this.name = isProduction ? `__Host-${sessionCookieName}` : sessionCookieName;
    this.secrets = sessionSecrets;
    this.maxSeconds = sessionMaxSeconds;
    this.isSecure = isProduction;
    this.trusted = trustedProxies(trustProxy);
    this.operationsPort = operationsPort;
    // The cookie lives as long as a session can. The idle lifetime is checked in the database.
    this.settings = { ...SCOPE, secure: this.isSecure, maxAge: sessionMaxSeconds * 1_000 };
  }

  /** Builds the cookie's settings for the session's JSON. */
  build(): session.Cookie {
    return new Cookie(this.settings);
  }

  /** All names that the cookie can have. */
  get names(): string[] {
    return [this.name, TUNNEL_NAME];
  }

  /**
   * Returns the cookie's name for a request. The request's cookies with other names are ignored.
   */
  nameFor(request: IncomingMessage): string {
    return this.isTunnelled(request) ? TUNNEL_NAME : this.name;
  }

  /** Returns the ids in the request's cookies that this shop has signed, in their order. */
  idsIn(request: IncomingMessage): string[] {
    return signedIdsIn(request.headers.cookie, this.nameFor(request), this.secrets);
  }

  /** Returns a `Cookie` header with this session's cookie alone. */
  headerFor(request: IncomingMessage, id: string): string {
    return serialize(this.nameFor(request), this.sign(id));
  }

  /** Sends the session's cookie. Call it after the commit. */
  send(response: ServerResponse, id: string): void {
    const { maxSeconds: maxAge } = this;
    // Max-Age works even if a clock is wrong. Expires is for clients that do not know Max-Age.
    const lifetime = { maxAge, expires: new Date(Date.now() + maxAge * 1_000) };
    this.set(response, this.sign(id), lifetime);
  }

  /** Deletes the cookie. A browser requires the same path as in `send`. */
  clear(response: ServerResponse): void {
    this.set(response, '', { expires: new Date(0) });
  }

  /** @throws Problem `insecure-connection` if the browser would not get the cookie */
  assertDeliverable(request: IncomingMessage): void {
    if (!this.isSecure || this.isTunnelled(request) || isSecure(request, this.trusted)) return;
    const advice = 'Use https. Behind a proxy that ends TLS, set TRUST_PROXY to the proxy.';
    throw new Problem('insecure-connection', `The session cookie needs a secure connection. ${advice}`);
  }

  private sign(id: string): string {
    const [secret = ''] = this.secrets;
    return `s:${sign(id, secret)}`;
  }

  private set(response: ServerResponse, value: string, lifetime: { maxAge?: number; expires: Date }): void {
    const { req: request } = response;
    const secure = this.isSecure && !this.isTunnelled(request);
    const cookie = serialize(this.nameFor(request), value, { ...SCOPE, secure, ...lifetime });
    response.appendHeader('Set-Cookie', cookie);
  }

  private isTunnelled(request: IncomingMessage): boolean {
    return this.isSecure && isTunnelled(request, this.operationsPort, this.trusted);
  }
}
