import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DATABASE_NOW } from '../../database/database-clock.js';
import { codeOf } from '../../problem/database-unavailable.js';

export interface ExpiredSessions {
  count: number;
  oldestExpiredAt: Date | null;
  /** How long that one has been waiting; 0 when none waits. */
  oldestSeconds: number;
}

export interface ActiveSessions {
  count: number;
  /** Those of guests with a basket. */
  guestBaskets: number;
}

/** Up to so many are counted one by one, in some milliseconds; of more, the planner's estimate is near enough. */
const COUNTED = 100_000;

/** PostgreSQL's query_canceled. */
const CANCELED = '57014';

const EXPIRED = `FROM sessions WHERE expired_at <= ${DATABASE_NOW}`;
const ACTIVE = `FROM sessions WHERE expired_at > ${DATABASE_NOW}`;
const GUESTS = `${ACTIVE} AND basket_id IS NOT NULL`;

/** From the end of the index that dead entries of removed sessions don't lengthen. */
const COUNT_ACTIVE = `
  SELECT count(*)::int AS count, count(basket_id)::int AS "guestBaskets"
  FROM (SELECT basket_id ${ACTIVE} ORDER BY expired_at DESC LIMIT ${COUNTED + 1}) AS counted`;

const COUNT_EXPIRED = `
  SELECT count(*)::int AS count, min(expired_at)::float8 AS oldest, ${DATABASE_NOW}::float8 AS now
  FROM (SELECT expired_at ${EXPIRED} ORDER BY expired_at LIMIT ${COUNTED + 1}) AS counted`;

/** How many sessions there are: exactly while they are few, about when they are many, cheaply in any case. */
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

  /** Exactly, unless that takes longer: then about. 0: however long it takes. */
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

  /** What the planner expects, from the statistics that every ANALYZE renews; nothing is read. */
  private async estimate(from: string): Promise<number> {
    type Plan = { 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] };
    const [plan] = await this.dataSource.query<[Plan]>(`EXPLAIN (FORMAT JSON) SELECT ${from}`);
    return plan['QUERY PLAN'][0].Plan['Plan Rows'];
  }
}
