import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { PassportStrategy } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Repository } from 'typeorm';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER, type TokenClaims } from './access-token.service.js';
import { TokenKeys } from './token-keys.js';
import { User } from './user.entity.js';
import type { UserVisitor } from './visitor.js';

/** Between the clocks of two instances. */
const CLOCK_SECONDS = 1;

/** Accepts an access token of ours whose user still exists and has not ended it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    keys: TokenKeys,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      // Its types know no KeyObject; jsonwebtoken, which it gives it to, does.
      secretOrKeyProvider: (_request: unknown, token: string, done: (error: null, secret?: string) => void) =>
        done(null, keys.find(token)?.secret as unknown as string | undefined),
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      jsonWebTokenOptions: { clockTolerance: CLOCK_SECONDS },
    });
  }

  /** False: the token is refused. */
  async validate({ sub, iat, exp }: TokenClaims): Promise<UserVisitor | false> {
    // A token that never ends is not one of ours, whoever signed it.
    if (typeof exp !== 'number' || !isUUID(sub)) return false;
    const user = await this.users.findOneBy({ id: sub });
    if (!user || iat * 1_000 < Number(user.tokensValidAfter ?? 0)) return false;
    return { kind: 'user', userId: user.id };
  }
}
