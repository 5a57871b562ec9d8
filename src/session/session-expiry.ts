import { Injectable } from '@nestjs/common';
import { DATABASE_NOW } from '../database/database-clock.js';
import { Environment } from '../config/environment.js';

/** How long a replaced session stays as a tombstone, for requests under way with the old cookie. */
export const TOMBSTONE_MILLISECONDS = 60_000;

/**
 * How long a session is active, in milliseconds: the idle lifetime slides with use, up to the absolute one that counts from
 * its creation.
 *
 * The statements below compare and add, because only the database's clock decides: the clock of an instance may be wrong.
 */
@Injectable()
export class SessionLifetimes {
  readonly idle: number;
  readonly absolute: number;
  /** An extension that moves the expiry by less is not worth a write. */
  readonly minExtensionMs: number;

  constructor({ sessionTtlSeconds, sessionMaxSeconds, sessionTouchSeconds }: Environment) {
    this.idle = sessionTtlSeconds * 1_000;
    this.absolute = sessionMaxSeconds * 1_000;
    // A tenth, so that a session of two seconds slides as well.
    this.minExtensionMs = Math.min(sessionTouchSeconds * 1_000, this.idle / 10);
  }
}

/** SQL: the end of a session that is used now. Both lifetimes are placeholders. */
export function extendedExpiry(idle: string, absolute: string): string {
  return `least(${DATABASE_NOW} + ${idle}::bigint, ${absoluteExpiry(absolute)})`;
}

/**
 * SQL: the session `s` has not ended since the request read it, by its expiry or by a login that replaced it.
 *
 * For a session that is locked, or is locked by the same statement.
 */
export const IS_ACTIVE = `s.replaced_at IS NULL AND s.expired_at > ${DATABASE_NOW}`;

/** SQL: the session `s` has not expired. A tombstone has an expiry as well. */
export function isUnexpired(absolute: string): string {
  return `s.expired_at > ${DATABASE_NOW} AND ${absoluteExpiry(absolute)} > ${DATABASE_NOW}`;
}

/** SQL: the end of the absolute lifetime of the session `s`. */
function absoluteExpiry(absolute: string): string {
  return `(extract(epoch FROM s.created_at) * 1000)::bigint + ${absolute}::bigint`;
}
