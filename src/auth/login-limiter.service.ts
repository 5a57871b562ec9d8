import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Environment } from '../environment.js';
import { Problem } from '../problem/problem.js';
import { networkOf } from '../http/network-of.js';
import { PasswordService } from './password.service.js';

const TABLE = 'login_attempts';
const SECONDS = 60;

/** Many people may sit behind one address. */
const ADDRESS_FACTOR = 10;

/**
 * Limits failed logins, by the count in the database: on all instances together.
 *
 * By address and email, so that a stranger elsewhere can't lock a victim out, and more loosely by address alone.
 */
@Injectable()
export class LoginLimiter {
  private readonly limiters: { byPair: RateLimiterPostgres; byAddress: RateLimiterPostgres } | null;

  constructor(
    dataSource: DataSource,
    { rateLimitLogin }: Environment,
    private readonly passwords: PasswordService,
  ) {
    const limiter = (keyPrefix: string, points: number) =>
      new RateLimiterPostgres({
        storeClient: dataSource,
        storeType: 'typeorm',
        tableName: TABLE,
        tableCreated: true,
        keyPrefix,
        points,
        duration: SECONDS,
      });
    this.limiters =
      rateLimitLogin === null
        ? null
        : {
            byPair: limiter('pair', rateLimitLogin),
            byAddress: limiter('address', rateLimitLogin * ADDRESS_FACTOR),
          };
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
    const { limiters } = this;
    if (limiters === null) return this.passwords.inTurn(isRight);
    const network = networkOf(address);
    // No address of a person is stored, not even for a minute.
    const pair = createHash('sha256').update(`${network} ${email}`).digest('base64url');
    return this.passwords.inTurn(async () => {
      await take(limiters.byAddress, network);
      await take(limiters.byPair, pair);
      if (!(await isRight())) return false;
      await limiters.byPair.delete(pair);
      await limiters.byAddress.reward(network);
      return true;
    });
  }
}

async function take(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
    const headers = { 'Retry-After': String(seconds) };
    throw new Problem('too-many-logins', `Try again in ${seconds} s.`, {}, { headers });
  }
}
