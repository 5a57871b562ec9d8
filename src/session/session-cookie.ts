import { Injectable } from '@nestjs/common';
import { serialize } from 'cookie';
import { sign } from 'cookie-signature';
import type { Request, Response } from 'express';
import session, { type CookieOptions } from 'express-session';
import type { ServerResponse } from 'node:http';
import { Environment } from '../environment.js';
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
  private readonly isSecure: boolean;
  private readonly maxAgeSeconds: number;

  constructor({ isProduction, sessionSecrets, sessionMaxSeconds }: Environment) {
    // With the prefix `__Host-` a browser takes it only with Secure, for this host alone, from a secure page.
    this.name = isProduction ? '__Host-sid' : 'sid';
    this.secrets = sessionSecrets;
    this.isSecure = isProduction;
    this.maxAgeSeconds = sessionMaxSeconds;
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
    const settings = { ...this.scope, maxAge: this.maxAgeSeconds };
    response.appendHeader('Set-Cookie', serialize(this.name, this.sign(id), settings));
  }

  /** A browser forgets it only where it applies. */
  clear(response: Response): void {
    response.clearCookie(this.name, this.scope);
  }

  /** @throws Problem `insecure-connection`, when the answer's cookie could not reach the browser */
  assertReaches(toExpress: () => Request): void {
    // Express knows of `TRUST_PROXY`.
    if (!this.isSecure || toExpress().secure) return;
    const advice = 'Use https. Behind a proxy that ends TLS, set TRUST_PROXY to the proxy.';
    throw new Problem('insecure-connection', `The session cookie needs a secure connection. ${advice}`);
  }

  private sign(id: string): string {
    const [secret = ''] = this.secrets;
    return `s:${sign(id, secret)}`;
  }

  private get scope() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.isSecure } as const;
  }
}
