import { Injectable } from '@nestjs/common';
import { DATABASE_NOW } from '../database/database-clock.js';
import { Environment } from '../config/environment.js';

/** The lifetime of a tombstone. See docs/decisions/03-tombstone.md. */
export const TOMBSTONE_MILLISECONDS = 60_000;

/**
 * The lifetimes of a session, in milliseconds.
 *
 * The idle lifetime starts again at each use. The absolute lifetime starts at the creation. Only
 * the database's clock decides, so the SQL below compares them. See
 * docs/decisions/11-database-clock.md.
 */
@Injectable()
export class SessionLifetimes {
  readonly idle: number;
  readonly absolute: number;
  /** A smaller extension of the expiry is not written. */
  readonly minExtensionMs: number;

  constructor({ sessionTtlSeconds, sessionMaxSeconds, sessionTouchSeconds }: Environment) {
    this.idle = sessionTtlSeconds * 1_000;
    this.absolute = sessionMaxSeconds * 1_000;
    // At most a tenth, so a session with a lifetime of two seconds is extended as well.
    this.minExtensionMs = Math.min(sessionTouchSeconds * 1_000, this.idle / 10);
  }
}

/**
 * SQL: the expiry of the session `s` after a use at this moment. Both parameters are placeholders.
 */
export function extendedExpiry(idle: string, absolute: string): string {
  return `least(${DATABASE_NOW} + ${idle}::bigint, ${absoluteExpiry(absolute)})`;
}

/**
 * SQL: the session `s` is neither expired nor replaced.
 *
 * Use it only for a session that is locked, or that the same statement locks.
 */
export const IS_ACTIVE = `s.replaced_at IS NULL AND s.expired_at > ${DATABASE_NOW}`;

/** SQL: the session `s` has not expired. It may be a tombstone. */
export function isUnexpired(absolute: string): string {
  return `s.expired_at > ${DATABASE_NOW} AND ${absoluteExpiry(absolute)} > ${DATABASE_NOW}`;
}

/** SQL: the end of the absolute lifetime of the session `s`. */
function absoluteExpiry(absolute: string): string {
  return `(extract(epoch FROM s.created_at) * 1000)::bigint + ${absolute}::bigint`;
}
