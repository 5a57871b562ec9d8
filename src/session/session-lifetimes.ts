import { Injectable } from '@nestjs/common';
import { Environment } from '../environment.js';

/** How long a replaced session stays as a tombstone, for requests under way with the old cookie. */
export const TOMBSTONE_MILLISECONDS = 60_000;

/** When a session ends: the idle lifetime slides with use, up to the absolute one that counts from its creation. */
@Injectable()
export class SessionLifetimes {
  readonly idle: number;
  readonly absolute: number;
  /** A renewal that moves the expiry by less is not worth a write. */
  readonly step: number;

  constructor({ sessionTtlSeconds, sessionMaxSeconds, sessionTouchSeconds }: Environment) {
    this.idle = sessionTtlSeconds * 1_000;
    this.absolute = sessionMaxSeconds * 1_000;
    // A tenth, so that a session of two seconds slides as well.
    this.step = Math.min(sessionTouchSeconds * 1_000, this.idle / 10);
  }

  /** Milliseconds since 1970, as all times here. */
  expiryOf(createdAt: number, now: number): number {
    return Math.min(now + this.idle, createdAt + this.absolute);
  }

  isOver({ createdAt, expiredAt }: { createdAt: number; expiredAt: number }, now: number): boolean {
    return expiredAt <= now || createdAt + this.absolute <= now;
  }

  /** Whether a renewal moves the expiry far enough to be worth a write. */
  isWorthRenewing(stored: number, renewed: number): boolean {
    return renewed - stored > this.step;
  }
}
