import { Injectable } from '@nestjs/common';
import { Problem } from '../problem/problem.js';
import type { CredentialsDto } from './credentials.dto.js';
import { LoginLimiter } from './login-limiter.service.js';
import { PasswordService } from './password.service.js';
import type { User } from './user.entity.js';
import { normaliseEmail, UserService } from './user.service.js';

/** Whether somebody is who they say. It takes long, so it is done outside of every transaction. */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly limiter: LoginLimiter,
  ) {}

  /** @throws Problem `invalid-credentials`, the same for an unknown email and a wrong password; `too-many-logins` */
  async authenticate({ email, password }: CredentialsDto, address: string): Promise<User> {
    const user = await this.users.findByEmail(email);
    const isRight = await this.limiter.attempt(address, normaliseEmail(email), () =>
      this.passwords.verify(user?.passwordHash, password),
    );
    if (!user || !isRight) throw new Problem('invalid-credentials', 'Check both and try again.');
    if (this.passwords.isOutdated(user.passwordHash)) await this.users.rehash(user, password);
    return user;
  }

  /** The same for a user who has logged in already. */
  async confirm({ email, passwordHash }: User, password: string, address: string): Promise<void> {
    const isRight = await this.limiter.attempt(address, email, () =>
      this.passwords.verify(passwordHash, password),
    );
    if (!isRight) throw new Problem('invalid-credentials', 'The current password is wrong.');
  }
}
