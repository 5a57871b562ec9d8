import { Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { Environment } from '../environment.js';
import { TokenKeys } from './token-keys.js';

/** Who makes the tokens and who takes them: RFC 8725, 3.8 and 3.9. */
export const TOKEN_ISSUER = 'basketkeeper';
export const TOKEN_AUDIENCE = 'basketkeeper-api';
export const TOKEN_ALGORITHM = 'HS256';

/** The claims of an access token, RFC 7519; times in seconds since 1970. */
export interface TokenClaims {
  sub: string;
  /** With a fraction, so that it can be compared with the moment of a password's change. */
  iat: number;
  exp?: number;
}

@Injectable()
export class AccessTokenService {
  constructor(
    private readonly jwt: JwtService,
    private readonly keys: TokenKeys,
    private readonly environment: Environment,
  ) {}

  /** Seconds. */
  get lifetime(): number {
    return this.environment.jwtTtlSeconds;
  }

  issue(userId: string): string {
    const claims: TokenClaims = { sub: userId, iat: Date.now() / 1_000 };
    const { id, secret } = this.keys.signing;
    return this.jwt.sign(claims, {
      privateKey: secret,
      keyid: id,
      algorithm: TOKEN_ALGORITHM,
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      expiresIn: this.lifetime,
    });
  }
}
