import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { consumeOrReject, makeRateLimiter, type RateLimiter } from '../../database/rate-limiter.js';
import { Environment } from '../../config/environment.js';
import { rateLimitSubnet } from '../../http/request/rate-limit-subnet.js';
import { PasswordService } from '../password/password.service.js';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** Many people can share one address. */
const ADDRESS_FACTOR = 10;

/**
 * Limits failed logins and registrations.
 *
 * Counts by address and email together, so a stranger elsewhere can't lock out the owner of an
 * account. Also counts by address alone, with a higher limit. A shop can limit the failures for one
 * email from all addresses together.
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
   * Verifies a password with `isRight`. A correct password does not count as an attempt.
   *
   * Counts before the verification: parallel attempts get no more tries than sequential ones.
   * Counts in a hash slot: parallel logins with the correct password do not use up the limit.
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
      // Subtracts only this attempt: a login of the owner must not give an attacker new attempts.
      await this.byAccount?.reward(account);
      return true;
    });
  }

  /** @throws Problem `too-many-registrations` */
  async countRegistration(address: string): Promise<void> {
    await consumeOrReject(this.registrations, rateLimitSubnet(address), 'too-many-registrations');
  }
}

/** Hashes a key of the table, which must not store email addresses. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
