import { DATABASE_NOW } from '../../database/database-clock.js';
import type { NamedStatement } from '../../database/named-statement.js';
import type { Session } from '../session.entity.js';
import { isUnexpired, extendedExpiry, TOMBSTONE_MILLISECONDS } from '../session-expiry.js';

/** A session as a request has read or created it. Times are in milliseconds since 1970. */
export interface SessionSnapshot {
  readonly id: string;
  readonly content: string;
  readonly basketId: string | null;
  readonly userId: string | null;
  readonly isReplaced: boolean;
  expiredAt: number;
  /** The expiry that an extension would have set when the session was read. */
  extendedExpiry: number;
}

/** A session as it was before it became a tombstone. */
export type ReplacedSession = Pick<Session, 'id' | 'basketId' | 'userId'>;

/** A new session belongs to a guest's basket or to a user. */
export type SessionOwner = { basketId: string } | { userId: string };

/** A session before its INSERT. The database sets the times. */
export type NewSession = Pick<Session, 'id' | 'json' | 'basketId' | 'userId'>;

/**
 * Makes the session `$1` a tombstone. One statement: the old values are read under the row's lock.
 */
export const REPLACE = `
  WITH old AS (
    SELECT id, basket_id, user_id FROM sessions WHERE id = $1 AND replaced_at IS NULL FOR UPDATE
  )
  UPDATE sessions s
  SET json = '{}', basket_id = NULL, user_id = NULL, replaced_at = statement_timestamp(),
    expired_at = ${DATABASE_NOW} + ${TOMBSTONE_MILLISECONDS}
  FROM old WHERE s.id = old.id
  RETURNING s.id, old.basket_id AS "basketId", old.user_id AS "userId"`;

/**
 * Finds the session `$1`. `$2` and `$3` are the idle and the absolute lifetime.
 *
 * It is a named statement, because every request with a cookie runs it.
 */
export const FIND: NamedStatement = {
  name: 'find-session',
  text: `
    SELECT s.id, s.json, s.expired_at::float8 AS "expiredAt", ${extendedExpiry('$2', '$3')}::float8 AS "extendedExpiry",
      s.basket_id AS "basketId", s.user_id AS "userId", s.replaced_at IS NOT NULL AS "isReplaced"
    FROM sessions s WHERE s.id = $1 AND ${isUnexpired('$3')}`,
};

export type SessionRow = Omit<SessionSnapshot, 'content'> & { json: string };

/**
 * Finds the first active session of the ids `$1`, or else a tombstone. `$2` is the absolute
 * lifetime.
 */
export const FIND_ACTIVE = `
    SELECT s.id FROM sessions s WHERE s.id = ANY ($1::text[]) AND ${isUnexpired('$2')}
    ORDER BY s.replaced_at IS NOT NULL, array_position($1::text[], s.id) LIMIT 1`;

/** SQL: the expiry of a new session. `$1` and `$2` are the idle and the absolute lifetime. */
export const NEW_EXPIRY = `${DATABASE_NOW} + least($1::bigint, $2::bigint)`;

export const INSERT = `
  INSERT INTO sessions (expired_at, created_at, id, json, basket_id, user_id)
  VALUES (${NEW_EXPIRY}, statement_timestamp(), $3, $4, $5, $6)
  RETURNING expired_at::float8 AS "expiredAt"`;

/** Saves a session that is new to express-session. `$3` is its id, `$4` its JSON. */
export const UPSERT: NamedStatement = {
  name: 'save-new-session',
  text: `
    INSERT INTO sessions (expired_at, created_at, id, json) VALUES (${NEW_EXPIRY}, statement_timestamp(), $3, $4)
    ON CONFLICT (id) DO UPDATE SET json = excluded.json, expired_at = excluded.expired_at, created_at = excluded.created_at
    WHERE sessions.replaced_at IS NULL
    RETURNING expired_at::float8 AS "expiredAt"`,
};

/** Saves a loaded session. Does not insert it again if it was destroyed meanwhile. */
export const UPDATE: NamedStatement = {
  name: 'save-session',
  text: `
    UPDATE sessions s SET json = $4, expired_at = ${extendedExpiry('$1', '$2')} WHERE s.id = $3 AND s.replaced_at IS NULL
    RETURNING s.expired_at::float8 AS "expiredAt"`,
};

/** Extends the expiry of a session that was not replaced. Never shortens it. */
export const EXTEND_EXPIRY: NamedStatement = {
  name: 'extend-session-expiry',
  text: `
    UPDATE sessions s SET expired_at = ${extendedExpiry('$1', '$2')}
    WHERE s.id = $3 AND s.replaced_at IS NULL AND s.expired_at < ${extendedExpiry('$1', '$2')}
    RETURNING s.expired_at::float8 AS "expiredAt"`,
};

/** Returns the snapshot of a session that was just inserted. */
export function toSessionSnapshot({ id, basketId, userId }: NewSession, expiredAt: number): SessionSnapshot {
  return { id, content: '{}', basketId, userId, isReplaced: false, expiredAt, extendedExpiry: expiredAt };
}
