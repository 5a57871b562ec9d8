import { Injectable } from '@nestjs/common';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Environment } from '../environment.js';
import { networkOf } from '../http/network-of.js';
import { Problem } from '../problem/problem.js';

const SECONDS = 60;

/** Limits the guests' sessions that one network begins, by the count in the database: on all instances together. */
@Injectable()
export class GuestLimiter {
  private readonly limiter: RateLimiterPostgres | null;

  constructor(dataSource: DataSource, { rateLimitGuests }: Environment) {
    this.limiter =
      rateLimitGuests === null
        ? null
        : new RateLimiterPostgres({
            storeClient: dataSource,
            storeType: 'typeorm',
            // With the failed logins: both are forgotten after a minute.
            tableName: 'login_attempts',
            tableCreated: true,
            keyPrefix: 'guest',
            points: rateLimitGuests,
            duration: SECONDS,
          });
  }

  /**
   * Counts a session before it is begun, outside of the transaction: a second connection there could wait for the first.
   *
   * @throws Problem `too-many-guests`
   */
  async count(addressOf: () => string | undefined): Promise<void> {
    if (this.limiter === null) return;
    try {
      await this.limiter.consume(networkOf(addressOf() ?? ''));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      const headers = { 'Retry-After': String(seconds) };
      throw new Problem('too-many-guests', `Try again in ${seconds} s.`, {}, { headers });
    }
  }
}
