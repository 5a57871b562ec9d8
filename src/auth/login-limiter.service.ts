import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Environment } from '../environment.js';
import type { ProblemType } from '../problem/problem-types.js';
import { Problem } from '../problem/problem.js';
import { networkOf } from '../http/network-of.js';
import { PasswordService } from './password.service.js';

const TABLE = 'login_attempts';
const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** Many people may sit behind one address. */
const ADDRESS_FACTOR = 10;

/** Null: not limited. */
type Limiter = RateLimiterPostgres | null;

/**
 * Limits failed logins, and registrations, by the count in the database: on all instances together.
 *
 * By address and email, so that a stranger elsewhere can't lock a victim out, and more loosely by address alone. A
 * shop can also limit the failures for one email from all addresses together.
 */
@Injectable()
export class LoginLimiter {
  private readonly byPair: Limiter;
  private readonly byAddress: Limiter;
  private readonly byAccount: Limiter;
  private readonly registrations: Limiter;

  constructor(
    private readonly dataSource: DataSource,
    { rateLimitLogin, rateLimitAccount }: Environment,
    private readonly passwords: PasswordService,
  ) {
    const byNetwork = rateLimitLogin && rateLimitLogin * ADDRESS_FACTOR;
    this.byPair = this.limiter('pair', rateLimitLogin, MINUTE_SECONDS);
    this.byAddress = this.limiter('address', byNetwork, MINUTE_SECONDS);
    this.byAccount = this.limiter('account', rateLimitAccount, HOUR_SECONDS);
    this.registrations = this.limiter('registration', byNetwork, MINUTE_SECONDS);
  }

  /**
   * Lets a password be tried; `isRight` does that, and a right one is no attempt.
   *
   * An attempt is counted before it is made, so that many at once are not more than one after the other; and that is
   * when its turn for hashing has come, so that right ones at once are not taken for wrong ones.
   *
   * @throws Problem `too-many-logins`
   */
  async attempt(address: string, email: string, isRight: () => Promise<boolean>): Promise<boolean> {
    const network = networkOf(address);
    const [pair, account] = [digestOf(`${network} ${email}`), digestOf(email)];
    return this.passwords.inTurn(async () => {
      await take(this.byAddress, network, 'too-many-logins');
      await take(this.byPair, pair, 'too-many-logins');
      await take(this.byAccount, account, 'too-many-logins');
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
    await take(this.registrations, networkOf(address), 'too-many-registrations');
  }

  private limiter(keyPrefix: string, points: number | null, duration: number): Limiter {
    if (points === null) return null;
    return new RateLimiterPostgres({
      storeClient: this.dataSource,
      storeType: 'typeorm',
      tableName: TABLE,
      tableCreated: true,
      keyPrefix,
      points,
      duration,
    });
  }
}

/** No address of a person is stored, not even for a minute. */
function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

async function take(limiter: Limiter, key: string, problem: ProblemType): Promise<void> {
  try {
    await limiter?.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    const headers = { 'Retry-After': String(seconds) };
    throw new Problem(problem, `Try again in ${seconds} s.`, {}, { headers });
  }
}
