import type { Session } from './session.entity.js';

/** What the database holds of the session that a request came with or has begun; times in milliseconds. */
export interface StoredSession {
  readonly id: string;
  readonly content: string;
  readonly basketId: string | null;
  readonly userId: string | null;
  readonly isReplaced: boolean;
  readonly createdAt: number;
  expiredAt: number;
}

/** What a session was before it became a tombstone. */
export type ReplacedSession = Pick<Session, 'id' | 'basketId' | 'userId'>;

/** Whom a new session belongs to: a guest's basket, or a user. */
export type SessionOwner = { basketId: string } | { userId: string };

/** One statement: what it was is read under its lock. */
export const REPLACE = `
  WITH old AS (
    SELECT id, basket_id, user_id FROM sessions WHERE id = $1 AND replaced_at IS NULL FOR UPDATE
  )
  UPDATE sessions s
  SET json = '{}', basket_id = NULL, user_id = NULL, replaced_at = $2, expired_at = $3
  FROM old WHERE s.id = old.id
  RETURNING s.id, old.basket_id AS "basketId", old.user_id AS "userId"`;

/** By name and past TypeORM: every request with a cookie does it. */
export const FIND = {
  name: 'find-session',
  text: `
    SELECT id, json, expired_at::float8 AS "expiredAt", created_at AS "createdAt", basket_id AS "basketId",
      user_id AS "userId", replaced_at AS "replacedAt"
    FROM sessions WHERE id = $1`,
};

export function toStored(row: Session, content = '{}'): StoredSession {
  return {
    id: row.id,
    content,
    basketId: row.basketId ?? null,
    userId: row.userId ?? null,
    isReplaced: row.replacedAt != null,
    createdAt: row.createdAt.getTime(),
    expiredAt: row.expiredAt,
  };
}
