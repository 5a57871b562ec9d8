import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DataSource } from 'typeorm';
import { Environment } from '../environment.js';
import { networkOf } from '../http/network-of.js';
import { addressOf, type TrustedProxies, trustedProxies } from '../http/trusted-proxies.js';
import { Problem } from '../problem/problem.js';

const SECONDS = 60;

/** Limits the guests' sessions that one network begins, by the count in the database: on all instances together. */
@Injectable()
export class GuestLimiter {
  private readonly limiter: RateLimiterPostgres | null;
  private readonly trusted: TrustedProxies | undefined;

  constructor(dataSource: DataSource, { rateLimitGuests, trustProxy }: Environment) {
    this.trusted = trustedProxies(trustProxy);
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
  async count(request: IncomingMessage): Promise<void> {
    if (this.limiter === null) return;
    try {
      await this.limiter.consume(networkOf(addressOf(request, this.trusted)));
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      const headers = { 'Retry-After': String(seconds) };
      throw new Problem('too-many-guests', `Try again in ${seconds} s.`, {}, { headers });
    }
  }
}
