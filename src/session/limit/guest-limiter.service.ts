import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { DataSource } from 'typeorm';
import { consumeOrReject, makeRateLimiter, type RateLimiter } from '../../database/rate-limiter.js';
import { Environment } from '../../config/environment.js';
import { rateLimitSubnet } from '../../http/request/rate-limit-subnet.js';
import { addressOf, type TrustedProxies, trustedProxies } from '../../http/request/trusted-proxies.js';

const MINUTE_SECONDS = 60;

/** Limits how many guest sessions one network creates in a minute. */
@Injectable()
export class GuestLimiter {
  private readonly limiter: RateLimiter;
  private readonly trusted: TrustedProxies | undefined;

  constructor(dataSource: DataSource, { rateLimitGuests, trustProxy }: Environment) {
    this.trusted = trustedProxies(trustProxy);
    this.limiter = makeRateLimiter(dataSource, 'guest', rateLimitGuests, MINUTE_SECONDS);
  }

  /**
   * Counts a session before it is created.
   *
   * Call it outside of a transaction, because it takes its own connection.
   *
   * @throws Problem `too-many-guests`
   */
  async count(request: IncomingMessage): Promise<void> {
    if (this.limiter === null) return;
    await consumeOrReject(this.limiter, rateLimitSubnet(addressOf(request, this.trusted)), 'too-many-guests');
  }
}
