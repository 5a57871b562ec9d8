import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { InjectRepository } from '@nestjs/typeorm';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Repository } from 'typeorm';
import { Environment } from '../environment.js';
import { TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER, type TokenClaims } from './access-token.service.js';
import { User } from './user.entity.js';
import type { UserVisitor } from './visitor.js';

/** Accepts an access token of ours whose user still exists and has not ended it. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy, 'jwt') {
  constructor(
    environment: Environment,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      secretOrKey: environment.jwtSecret,
      algorithms: [TOKEN_ALGORITHM],
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
    });
  }

  /** False: the token is refused. */
  async validate({ sub, iat }: TokenClaims): Promise<UserVisitor | false> {
    const user = await this.users.findOneBy({ id: sub });
    if (!user || iat * 1_000 < Number(user.tokensValidAfter ?? 0)) return false;
    return { kind: 'user', userId: user.id };
  }
}
