import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DATABASE_NOW } from '../../database/database-clock.js';
import { codeOf } from '../../problem/database-unavailable.js';

export interface ExpiredSessions {
  count: number;
  oldestExpiredAt: Date | null;
  /** The time since the oldest session expired. 0 if there is none. */
  oldestSeconds: number;
}

export interface ActiveSessions {
  count: number;
  /** Sessions of guests who have a basket. */
  guestBaskets: number;
}

/** Up to this number sessions are counted. Above it the planner's estimate is used. */
const COUNTED = 100_000;

/** PostgreSQL's query_canceled. */
const CANCELED = '57014';

const EXPIRED = `FROM sessions WHERE expired_at <= ${DATABASE_NOW}`;
const ACTIVE = `FROM sessions WHERE expired_at > ${DATABASE_NOW}`;
const GUESTS = `${ACTIVE} AND basket_id IS NOT NULL`;

/** Reads the index from its end, where it has no dead entries of removed sessions. */
export const COUNT_ACTIVE = `
  SELECT count(*)::int AS count, count(basket_id)::int AS "guestBaskets"
  FROM (SELECT basket_id ${ACTIVE} ORDER BY expired_at DESC LIMIT ${COUNTED + 1}) AS counted`;

export const COUNT_EXPIRED = `
  SELECT count(*)::int AS count, min(expired_at)::float8 AS oldest, ${DATABASE_NOW}::float8 AS now
  FROM (SELECT expired_at ${EXPIRED} ORDER BY expired_at LIMIT ${COUNTED + 1}) AS counted`;

/** Counts sessions: exactly if they are few, and by estimate if they are many. */
@Injectable()
export class SessionCounts {
  constructor(private readonly dataSource: DataSource) {}

  async countExpired(): Promise<ExpiredSessions> {
    type Row = { count: number; oldest: number | null; now: number };
    const [{ count, oldest, now }] = await this.dataSource.query<[Row]>(COUNT_EXPIRED);
    return {
      count: await this.orEstimate(count, EXPIRED),
      oldestExpiredAt: oldest === null ? null : new Date(oldest),
      oldestSeconds: (now - (oldest ?? now)) / 1_000,
    };
  }

  /** Counts exactly. Estimates if that takes longer than the given time; 0 means no limit. */
  async countExpiredExactly(milliseconds: number): Promise<number> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        await manager.query(`SET LOCAL statement_timeout = ${milliseconds}`);
        const [row] = await manager.query<[{ count: number }]>(`SELECT count(*)::int AS count ${EXPIRED}`);
        return row.count;
      });
    } catch (error) {
      if (codeOf(error) !== CANCELED) throw error;
      return this.estimate(EXPIRED);
    }
  }

  async countActive(): Promise<ActiveSessions> {
    const [counted] = await this.dataSource.query<[ActiveSessions]>(COUNT_ACTIVE);
    if (counted.count <= COUNTED) return counted;
    return {
      count: await this.orEstimate(counted.count, ACTIVE),
      guestBaskets: await this.estimate(GUESTS),
    };
  }

  private async orEstimate(counted: number, from: string): Promise<number> {
    return counted <= COUNTED ? counted : Math.max(counted, await this.estimate(from));
  }

  /** Returns the planner's estimate. It uses the last ANALYZE and reads no rows. */
  private async estimate(from: string): Promise<number> {
    type Plan = { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] };
    const [plan] = await this.dataSource.query<[Plan]>(`EXPLAIN (FORMAT JSON) SELECT ${from}`);
    return plan['QUERY PLAN'][0].Plan['Plan Rows'];
  }
}
