import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { DataSource } from 'typeorm';
import { queryNamed } from '../../database/named-statement.js';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER, type TokenClaims } from './access-token.service.js';
import { TokenKeys } from './token-keys.js';
import type { UserVisitor } from '../visitor/visitor.js';

/** The user of a token, as the claims are checked against it. Times are in seconds since 1970. */
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

/** Accepts an access token of ours whose user still exists and has not ended it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: TokenKeys,
    private readonly dataSource: DataSource,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // Its types know no KeyObject; jsonwebtoken, which it gives it to, does.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: null, secret?: string) => void) =>
        done(null, keys.find(token)?.secret as unknown as string | undefined),
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      // `validate` checks it by the database's clock: the clock of this machine may be wrong.
      ignoreExpiration: true,
    });
  }

  /** False: the token is refused. */
  async validate(claims: TokenClaims): Promise<UserVisitor | false> {
    const { sub, exp } = claims;
    // A token that never ends is not one of ours, whoever signed it.
    if (typeof exp !== 'number' || !isUUID(sub)) return false;
    const [user] = await queryNamed<TokenUser>(this.dataSource, FIND_TOKEN_USER, [sub]);
    if (!user || exp <= user.now || !isOfGeneration(claims, user)) return false;
    return { kind: 'user', userId: user.id, tokenGeneration: user.tokenGeneration };
  }
}

/** The previous version makes tokens without a generation. For these the time of issue decides. */
function isOfGeneration({ gen, iat }: TokenClaims, user: TokenUser): boolean {
  return gen === undefined ? iat >= user.tokensValidAfter : gen === user.tokenGeneration;
}
