import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { Environment } from '../../config/environment.js';
import { ExpiredSessionsRemoved } from '../../session/cleanup/expired-sessions-removed.event.js';
import { KEY_TTL_HOURS } from '../change/idempotency.js';
import { releaseReservations } from '../checkout/reservation.js';
import { AGO, OwnedFrozenExpiry } from './owned-frozen-expiry.service.js';

/** SQL: the number of rows, and the database's time for the clock check. */
const COUNT = `SELECT count(*)::int AS count, ${DATABASE_AT}`;

interface Ended {
  count: number;
  /** Of removed baskets. Null without one. */
  basketIds?: string[] | null;
}

/**
 * Removes baskets without an owner that were frozen for too long: a guest's whose session is gone,
 * and an erased user's.
 */
export const REMOVE_FROZEN = `
  WITH removed AS (
    DELETE FROM baskets WHERE id = ANY (ARRAY (
      SELECT id FROM baskets b
      WHERE frozen_at <= ${AGO} AND status = 'frozen' AND owner_id IS NULL
        AND NOT EXISTS (SELECT FROM sessions WHERE basket_id = b.id)
      LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING id
  )
  ${COUNT}, array_agg(id) AS "basketIds" FROM removed`;

export const REMOVE_KEYS = `
  WITH removed AS (
    DELETE FROM idempotency_keys WHERE id = ANY (ARRAY (
      SELECT id FROM idempotency_keys WHERE created_at <= ${AGO} LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING id
  )
  ${COUNT} FROM removed`;

/**
 * Ends frozen baskets and idempotency keys, which have lifetimes of their own. See
 * docs/decisions/10-frozen-baskets.md.
 */
@Injectable()
export class EndFrozenOnCleanupHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly clock: ClockCheck,
    private readonly owned: OwnedFrozenExpiry,
  ) {}

  /** Returns the number of baskets that were removed. */
  @OnEvent(ExpiredSessionsRemoved.NAME, { suppressErrors: false })
  async endFrozen(event: ExpiredSessionsRemoved): Promise<number> {
    const { frozenTtlSeconds } = this.environment;
    const removed = await this.inBatches(REMOVE_FROZEN, frozenTtlSeconds, event);
    await this.owned.thawOverdue(event);
    await this.inBatches(REMOVE_KEYS, KEY_TTL_HOURS * 3_600, event);
    return removed;
  }

  private async inBatches(
    sql: string,
    seconds: number,
    { batchSize, shouldStop }: ExpiredSessionsRemoved,
  ): Promise<number> {
    let total = 0;
    while (!shouldStop()) {
      const count = await this.dataSource.transaction(async (manager) => {
        const ended = await this.clock.queryChecked<Ended>(manager, sql, [seconds, batchSize]);
        if (ended.basketIds) await releaseReservations(manager, ended.basketIds);
        return ended.count;
      });
      total += count;
      if (count < batchSize) break;
    }
    return total;
  }
}
