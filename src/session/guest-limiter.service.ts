import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { countOrRefuse, makeRateLimiter, type RateLimiter } from '../database/rate-limiter.js';
import { Environment } from '../environment.js';
import { networkOf } from '../http/network-of.js';

const MINUTE_SECONDS = 60;

/** Limits the guests' sessions that one network begins. */
@Injectable()
export class GuestLimiter {
  private readonly limiter: RateLimiter;

  constructor(dataSource: DataSource, { rateLimitGuests }: Environment) {
    this.limiter = makeRateLimiter(dataSource, 'guest', rateLimitGuests, MINUTE_SECONDS);
  }

  /**
   * Counts a session before it is begun. Call it outside of the transaction: it takes a connection of its own.
   *
   * @throws Problem `too-many-guests`
   */
  async count(addressOf: () => string | undefined): Promise<void> {
    if (this.limiter === null) return;
    await countOrRefuse(this.limiter, networkOf(addressOf() ?? ''), 'too-many-guests');
  }
}
