import { Injectable } from '@nestjs/common';
import { parse } from 'cookie';
import { sign, unsign } from 'cookie-signature';
import type { Request, Response } from 'express';
import session, { type CookieOptions } from 'express-session';
import type { ServerResponse } from 'node:http';
import { Environment } from '../environment.js';
import { Problem } from '../problem/problem.js';

/** Its published types leave out that the constructor takes the settings, and that it writes itself down. */
const Cookie = session.Cookie as unknown as new (settings: CookieOptions) => session.Cookie & {
  serialize: (name: string, value: string) => string;
};

/** The cookie that carries the id of a session, signed: express-session's. */
@Injectable()
export class SessionCookie {
  readonly name: string;
  readonly secrets: string[];
  readonly settings: CookieOptions;
  private readonly isSecure: boolean;

  constructor({ isProduction, sessionSecrets, sessionMaxSeconds }: Environment) {
    // With the prefix `__Host-` a browser takes it only with Secure, for this host alone, from a secure page.
    this.name = isProduction ? '__Host-sid' : 'sid';
    this.secrets = sessionSecrets;
    this.isSecure = isProduction;
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
    response.appendHeader(
      'Set-Cookie',
      new Cookie(this.settings).serialize(this.name, `s:${sign(id, secret)}`),
    );
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

  private get scope() {
    return { path: '/', httpOnly: true, sameSite: 'lax', secure: this.isSecure } as const;
  }
}
