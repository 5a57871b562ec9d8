import { Injectable } from '@nestjs/common';
import { DataSource, LessThanOrEqual } from 'typeorm';
import { Session } from './session.entity.js';

export interface ExpiredSessions {
  count: number;
  oldestExpiredAt: Date | null;
}

export interface LivingSessions {
  count: number;
  /** Those of guests with a basket. */
  guestBaskets: number;
}

/** Up to so many are counted one by one, in some milliseconds; of more, the planner's estimate is near enough. */
const COUNTED = 100_000;

/** Whoever wants it exactly waits so long for it. */
const EXACT_MILLISECONDS = 5_000;

/** PostgreSQL's query_canceled. */
const CANCELED = '57014';

const EXPIRED = 'FROM sessions WHERE expired_at <= $1';
const LIVING = 'FROM sessions WHERE expired_at > $1';
const GUESTS = `${LIVING} AND basket_id IS NOT NULL`;

/** From the end of the index that dead entries of removed sessions don't lengthen. */
const COUNT_LIVING = `
  SELECT count(*)::int AS count, count(basket_id)::int AS "guestBaskets"
  FROM (SELECT basket_id ${LIVING} ORDER BY expired_at DESC LIMIT ${COUNTED + 1}) AS counted`;

const COUNT_EXPIRED = `
  SELECT count(*)::int AS count, min(expired_at)::float8 AS oldest
  FROM (SELECT expired_at ${EXPIRED} ORDER BY expired_at LIMIT ${COUNTED + 1}) AS counted`;

/** How many sessions there are: exactly while they are few, about when they are many, cheaply in any case. */
@Injectable()
export class SessionCounts {
  constructor(private readonly dataSource: DataSource) {}

  async countExpired(now = Date.now()): Promise<ExpiredSessions> {
    type Row = { count: number; oldest: number | null };
    const [row] = await this.dataSource.query<[Row]>(COUNT_EXPIRED, [now]);
    return {
      count: await this.orEstimate(row.count, EXPIRED, now),
      oldestExpiredAt: row.oldest === null ? null : new Date(row.oldest),
    };
  }

  /** Exactly, unless that takes seconds: once a run, not at every look. */
  async countExpiredExactly(now = Date.now()): Promise<number> {
    try {
      return await this.dataSource.transaction(async (manager) => {
        await manager.query(`SET LOCAL statement_timeout = ${EXACT_MILLISECONDS}`);
        return manager.countBy(Session, { expiredAt: LessThanOrEqual(now) });
      });
    } catch (error) {
      if ((error as { code?: string }).code !== CANCELED) throw error;
      return this.estimate(EXPIRED, now);
    }
  }

  async countLiving(now = Date.now()): Promise<LivingSessions> {
    const [counted] = await this.dataSource.query<[LivingSessions]>(COUNT_LIVING, [now]);
    if (counted.count <= COUNTED) return counted;
    return {
      count: await this.orEstimate(counted.count, LIVING, now),
      guestBaskets: await this.estimate(GUESTS, now),
    };
  }

  private async orEstimate(counted: number, from: string, now: number): Promise<number> {
    return counted <= COUNTED ? counted : Math.max(counted, await this.estimate(from, now));
  }

  /** What the planner expects, from the statistics that every ANALYZE renews; nothing is read. */
  private async estimate(from: string, now: number): Promise<number> {
    type Plan = { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] };
    const [plan] = await this.dataSource.query<[Plan]>(`EXPLAIN (FORMAT JSON) SELECT ${from}`, [now]);
    return plan['QUERY PLAN'][0].Plan['Plan Rows'];
  }
}
