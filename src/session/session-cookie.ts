import { Injectable } from '@nestjs/common';
import { parse, serialize } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import session, { type CookieOptions } from 'express-session';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Environment } from '../environment.js';
import { isSecure, type TrustedProxies, trustedProxies } from '../http/trusted-proxies.js';
import { Problem } from '../problem/problem.js';

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

  constructor({ isProduction, sessionSecrets, sessionMaxSeconds, trustProxy }: Environment) {
    // With the prefix `__Host-` a browser takes it only with Secure, for this host alone, from a secure page.
    this.name = isProduction ? '__Host-sid' : 'sid';
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

  /** The id in the header of a request, if this shop has signed it: what express-session would look for; else null. */
  idIn(header: string | undefined): string | null {
    if (header === undefined) return null;
    const value = parse(header)[this.name];
    if (!value?.startsWith('s:')) return null;
    for (const secret of this.secrets) {
      const id = unsign(value.slice(2), secret);
      if (id !== false) return id;
    }
    return null;
  }

  /** Gives the browser the id of a session, when that is committed. */
  send(response: ServerResponse, id: string): void {
    const [secret = ''] = this.secrets;
    const { maxSeconds: maxAge } = this;
    // Max-Age counts by the browser's clock, which may be wrong. Expires is for clients that do not know Max-Age.
    const lifetime = { maxAge, expires: new Date(Date.now() + maxAge * 1_000) };
    this.set(response, `s:${sign(id, secret)}`, lifetime);
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

  private set(response: ServerResponse, value: string, lifetime: { maxAge?: number; expires: Date }): void {
    response.appendHeader('Set-Cookie', serialize(this.name, value, { ...this.scope, ...lifetime }));
  }

  private get scope() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.isSecure } as const;
  }
}
