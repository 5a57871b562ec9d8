import { Injectable } from '@nestjs/common';
import { serialize } from 'cookie';
import { sign } from 'cookie-signature';
import session, { type CookieOptions } from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Environment } from '../environment.js';
import { isSecure, type TrustedProxies, trustedProxies } from '../http/trusted-proxies.js';
import { Problem } from '../problem/problem.js';
import { signedIdsIn } from './signed-ids.js';

/** Its published types leave out that the constructor takes the settings. */
const Cookie = session.Cookie as unknown as new (settings: CookieOptions) => session.Cookie;

/** The cookie that carries the id of a session, signed: express-session's. */
@Injectable()
export class SessionCookie {
  readonly name: string;
  readonly secrets: string[];
  readonly settings: CookieOptions;
  private readonly maxSeconds: number;
  private readonly isSecure: boolean;
  private readonly trusted: TrustedProxies | undefined;

  constructor({
    isProduction,
    sessionCookieName,
    sessionSecrets,
    sessionMaxSeconds,
    trustProxy,
  }: Environment) {
    // With the prefix `__Host-` a browser takes it only with Secure, for this host alone, from a secure page.
    this.name = isProduction ? `__Host-${sessionCookieName}` : sessionCookieName;
    this.secrets = sessionSecrets;
    this.maxSeconds = sessionMaxSeconds;
    this.isSecure = isProduction;
    this.trusted = trustedProxies(trustProxy);
    // It lives as long as the session can at most; the idle lifetime is the database's business.
    this.settings = { ...this.scope, maxAge: sessionMaxSeconds * 1_000 };
  }

  /** Its settings, as they stand in the session's JSON. */
  make(): session.Cookie {
    return new Cookie(this.settings);
  }

  /** The ids in the header of a request that this shop has signed, in their order. */
  idsIn(header: string | undefined): string[] {
    return signedIdsIn(header, this.name, this.secrets);
  }

  /** The header of a request that has this one session's cookie. */
  headerFor(id: string): string {
    return serialize(this.name, this.sign(id));
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
  assertReaches(request: IncomingMessage): void {
    if (!this.isSecure || isSecure(request, this.trusted)) return;
    const advice = 'Use https. Behind a proxy that ends TLS, set TRUST_PROXY to the proxy.';
    throw new Problem('insecure-connection', `The session cookie needs a secure connection. ${advice}`);
  }

  private sign(id: string): string {
    const [secret = ''] = this.secrets;
    return `s:${sign(id, secret)}`;
  }

  private set(response: ServerResponse, value: string, lifetime: { maxAge?: number; expires: Date }): void {
    response.appendHeader('Set-Cookie', serialize(this.name, value, { ...this.scope, ...lifetime }));
  }

  private get scope() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.isSecure } as const;
  }
}
