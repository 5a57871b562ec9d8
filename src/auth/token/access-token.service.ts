import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import { queryNamed } from '../../database/named-statement.js';
import { Environment } from '../../config/environment.js';
import { IS_ACTIVE } from '../../session/session-expiry.js';
import { TokenKeys } from './token-keys.js';

/** The issuer and the audience of access tokens (RFC 8725, 3.8 and 3.9). */
export const TOKEN_ISSUER = 'basketkeeper';
export const TOKEN_AUDIENCE = 'basketkeeper-api';
export const TOKEN_ALGORITHM = 'HS256';

/**
 * The claims of an access token (RFC 7519). Times are in seconds since 1970, by the database's
 * clock.
 */
export interface TokenClaims {
  sub: string;
  /** `users.token_generation`. The tokens of the previous version have none. */
  gen?: number;
  /** Has a fraction: the previous version compares it with `users.tokens_valid_after`. */
  iat: number;
  exp?: number;
}

/** The user's row, read under its lock to grant a token. */
export interface TokenGrant {
  readonly userId: string;
  readonly tokenGeneration: number;
  readonly now: number;
}

/**
 * Locks the user, then the session, in one statement.
 *
 * A transaction that raises the generation holds the user's lock. This statement waits for it and
 * then finds no session, so no token of the old generation is granted. See
 * docs/decisions/05-lock-order.md.
 */
const GRANT_BY_SESSION = {
  name: 'grant-token-by-session',
  text: `
    SELECT u.id AS "userId", u.token_generation AS "tokenGeneration",
      extract(epoch FROM clock_timestamp())::float8 AS now
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = $1 AND ${IS_ACTIVE}
    FOR SHARE OF u, s`,
};

@Injectable()
export class AccessTokenService {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: TokenKeys,
    private readonly environment: Environment,
    private readonly dataSource: DataSource,
  ) {}

  get lifetimeSeconds(): number {
    return this.environment.jwtTtlSeconds;
  }

  /** Reads the user of a session. Returns null if the session has no user or has ended. */
  async grantBySession(sessionId: string): Promise<TokenGrant | null> {
    const [grant] = await queryNamed<TokenGrant>(this.dataSource, GRANT_BY_SESSION, [sessionId]);
    return grant ?? null;
  }

  issue({ userId, tokenGeneration, now }: TokenGrant): string {
    const claims: TokenClaims = { sub: userId, gen: tokenGeneration, iat: now };
    const { id, secret } = this.keys.signing;
    return this.jwt.sign(claims, {
      privateKey: secret,
      keyid: id,
      algorithm: TOKEN_ALGORITHM,
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      expiresIn: this.lifetimeSeconds,
    });
  }
}
