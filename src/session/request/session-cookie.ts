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

/** Its published types leave out that the constructor takes the settings. */
const Cookie = session.Cookie as unknown as new (settings: CookieOptions) => session.Cookie;

const SCOPE = { path: '/', httpOnly: true, sameSite: 'lax' } as const;

/** On the operations port through a tunnel, in production. Cookies know no port, so the name must be another one. */
const TUNNEL_NAME = 'operations-sid';

/** The cookie that carries the id of a session, signed: express-session's. */
@Injectable()
export class SessionCookie {
  /** For visitors. */
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
    // With the prefix `__Host-` a browser takes it only with Secure, for this host alone, from a secure page.
    this.name = isProduction ? `__Host-${sessionCookieName}` : sessionCookieName;
    this.secrets = sessionSecrets;
    this.maxSeconds = sessionMaxSeconds;
    this.isSecure = isProduction;
    this.trusted = trustedProxies(trustProxy);
    this.operationsPort = operationsPort;
    // It lives as long as the session can at most; the idle lifetime is the database's business.
    this.settings = { ...SCOPE, secure: this.isSecure, maxAge: sessionMaxSeconds * 1_000 };
  }

  /** Its settings, as they stand in the session's JSON. */
  build(): session.Cookie {
    return new Cookie(this.settings);
  }

  /** All names that a request's cookie can have. */
  get names(): string[] {
    return [this.name, TUNNEL_NAME];
  }

  /** The name that the cookie has for a request: no other name is read. */
  nameFor(request: IncomingMessage): string {
    return this.isTunnelled(request) ? TUNNEL_NAME : this.name;
  }

  /** The ids in the header of a request that this shop has signed, in their order. */
  idsIn(request: IncomingMessage): string[] {
    return signedIdsIn(request.headers.cookie, this.nameFor(request), this.secrets);
  }

  /** The header of the same request with this one session's cookie. */
  headerFor(request: IncomingMessage, id: string): string {
    return serialize(this.nameFor(request), this.sign(id));
  }

  /** Gives the browser the id of a session, when that is committed. Max-Age, because our clock or the browser's may be wrong. */
  send(response: ServerResponse, id: string): void {
    const { maxSeconds: maxAge } = this;
    // Max-Age counts by the browser's clock, which may be wrong. Expires is for clients that do not know Max-Age.
    const lifetime = { maxAge, expires: new Date(Date.now() + maxAge * 1_000) };
    this.set(response, this.sign(id), lifetime);
  }

  /** A browser forgets it only where it applies. */
  clear(response: ServerResponse): void {
    this.set(response, '', { expires: new Date(0) });
  }

  /** @throws Problem `insecure-connection`, when the answer's cookie could not reach the browser */
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
