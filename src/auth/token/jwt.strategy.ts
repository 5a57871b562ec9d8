import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DataSource } from 'typeorm';
import { queryNamed } from '../../database/named-statement.js';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER, type TokenClaims } from './access-token.service.js';
import { TokenKeys } from './token-keys.js';
import type { UserVisitor } from '../visitor/visitor.js';

/** The data of a user that the claims are checked against. Times are in seconds since 1970. */
interface TokenUser {
  id: string;
  tokenGeneration: number;
  tokensValidAfter: number;
  now: number;
}

const FIND_TOKEN_USER = {
  name: 'find-token-user',
  text: `
    SELECT id, token_generation AS "tokenGeneration",
      coalesce(extract(epoch FROM tokens_valid_after), 0)::float8 AS "tokensValidAfter",
      extract(epoch FROM statement_timestamp())::float8 AS now
    FROM users WHERE id = $1`,
};

/** Accepts an access token that we signed, whose user exists and has not revoked it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: TokenKeys,
    private readonly dataSource: DataSource,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // The types of passport-jwt lack KeyObject. It hands the key to jsonwebtoken, which accepts
      // one.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: null, secret?: string) => void) =>
        done(null, keys.find(token)?.secret as unknown as string | undefined),
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      // `validate` checks the expiry by the database's clock, because the clock of this machine may
      // be wrong.
      ignoreExpiration: true,
    });
  }

  /** Returns false to refuse the token. */
  async validate(claims: TokenClaims): Promise<UserVisitor | false> {
    const { sub, exp } = claims;
    // We issue no token without an expiry. Such a token is refused in spite of its signature.
    if (typeof exp !== 'number' || !isUUID(sub)) return false;
    const [user] = await queryNamed<TokenUser>(this.dataSource, FIND_TOKEN_USER, [sub]);
    if (!user || exp <= user.now || !isOfGeneration(claims, user)) return false;
    return { kind: 'user', userId: user.id, tokenGeneration: user.tokenGeneration };
  }
}

/**
 * Says whether a token is of the user's current generation.
 *
 * The previous version issues tokens without a generation. The time of issue decides for these.
 */
function isOfGeneration({ gen, iat }: TokenClaims, user: TokenUser): boolean {
  return gen === undefined ? iat >= user.tokensValidAfter : gen === user.tokenGeneration;
}
