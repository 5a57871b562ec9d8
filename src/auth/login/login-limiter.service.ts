import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { consumeOrReject, makeRateLimiter, type RateLimiter } from '../../database/rate-limiter.js';
import { Environment } from '../../config/environment.js';
import { rateLimitSubnet } from '../../http/request/rate-limit-subnet.js';
import { PasswordService } from '../password/password.service.js';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** Many people may sit behind one address. */
const ADDRESS_FACTOR = 10;

/**
 * Limits failed logins, and registrations.
 *
 * By address and email, so that a stranger elsewhere can't lock a victim out, and more loosely by address alone. A
 * shop can also limit the failures for one email from all addresses together.
 */
@Injectable()
export class LoginLimiter {
  private readonly byPair: RateLimiter;
  private readonly byAddress: RateLimiter;
  private readonly byAccount: RateLimiter;
  private readonly registrations: RateLimiter;

  constructor(
    dataSource: DataSource,
    { rateLimitLogin, rateLimitAccount }: Environment,
    private readonly passwords: PasswordService,
  ) {
    const byNetwork = rateLimitLogin && rateLimitLogin * ADDRESS_FACTOR;
    this.byPair = makeRateLimiter(dataSource, 'pair', rateLimitLogin, MINUTE_SECONDS);
    this.byAddress = makeRateLimiter(dataSource, 'address', byNetwork, MINUTE_SECONDS);
    this.byAccount = makeRateLimiter(dataSource, 'account', rateLimitAccount, HOUR_SECONDS);
    this.registrations = makeRateLimiter(dataSource, 'registration', byNetwork, MINUTE_SECONDS);
  }

  /**
   * Verifies a password by `isRight`. A right password does not count as an attempt.
   *
   * Counts an attempt before it is made: parallel attempts get no more tries than sequential ones. Counts it in a
   * hash slot: parallel logins with the right password do not use up the limit.
   *
   * @throws Problem `too-many-logins`
   */
  async attempt(address: string, email: string, isRight: () => Promise<boolean>): Promise<boolean> {
    const network = rateLimitSubnet(address);
    const [pair, account] = [digestOf(`${network} ${email}`), digestOf(email)];
    return this.passwords.withHashSlot(async () => {
      await consumeOrReject(this.byAddress, network, 'too-many-logins');
      await consumeOrReject(this.byPair, pair, 'too-many-logins');
      await consumeOrReject(this.byAccount, account, 'too-many-logins');
      if (!(await isRight())) return false;
      await this.byPair?.delete(pair);
      await this.byAddress?.reward(network);
      // Not deleted: the owner's logins must not give an attacker more attempts.
      await this.byAccount?.reward(account);
      return true;
    });
  }

  /** @throws Problem `too-many-registrations` */
  async countRegistration(address: string): Promise<void> {
    await consumeOrReject(this.registrations, rateLimitSubnet(address), 'too-many-registrations');
  }
}

/** The table has digests of email addresses, and no address. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
