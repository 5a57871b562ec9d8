import { Injectable } from '@nestjs/common';
import { Problem } from '../../problem/problem.js';
import type { CredentialsDto } from '../password/credentials.dto.js';
import { LoginLimiter } from './login-limiter.service.js';
import { PasswordService } from '../password/password.service.js';
import type { User } from '../user/user.entity.js';
import { normaliseEmail, UserService } from '../user/user.service.js';

/**
 * The number of attempts. A hash can change twice in a short time: by the rehash of another login,
 * and by a change of the password.
 */
const TRIES = 3;

/**
 * Verifies the passwords of users.
 *
 * Hashing takes long, so callers do it outside of transactions.
 */
@Injectable()
export class AuthenticationService {
  constructor(
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly limiter: LoginLimiter,
  ) {}

  /**
   * Finds the user of an email address and verifies the password.
   *
   * An unknown email and a wrong password get the same problem: the response must not reveal known
   * emails.
   *
   * @throws Problem `invalid-credentials` or `too-many-logins`
   */
  async authenticate({ email, password }: CredentialsDto, address: string): Promise<User> {
    const user = await this.users.findByEmail(email);
    const isRight = await this.limiter.attempt(address, normaliseEmail(email), () =>
      this.passwords.verify(user?.passwordHash, password),
    );
    if (!user || !isRight) throw invalidCredentials();
    return this.passwords.isOutdated(user.passwordHash) ? this.users.rehash(user, password) : user;
  }

  /**
   * Verifies the password of a logged-in user again.
   *
   * @throws Problem `invalid-credentials` or `too-many-logins`
   */
  async confirm({ email, passwordHash }: User, password: string, address: string): Promise<void> {
    const isRight = await this.limiter.attempt(address, email, () =>
      this.passwords.verify(passwordHash, password),
    );
    if (!isRight) throw new Problem('invalid-credentials', 'The current password is wrong.');
  }
}

/**
 * Verifies a password and then acts on it in a transaction. `attempt` does both.
 *
 * Under the user's lock, `attempt` compares the hash with the one that was verified. It returns
 * null if they differ. The password is then verified again: it is still right after a rehash, and
 * wrong after a change of the password.
 *
 * @throws Problem `invalid-credentials`
 */
export async function retryOnChangedHash<T>(attempt: () => Promise<T | null>): Promise<T> {
  for (let left = TRIES; left > 0; left--) {
    const result = await attempt();
    if (result !== null) return result;
  }
  throw invalidCredentials();
}

function invalidCredentials(): Problem {
  return new Problem('invalid-credentials', 'Check the email address and the password, and try again.');
}
