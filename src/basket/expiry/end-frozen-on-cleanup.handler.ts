import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { Environment } from '../../config/environment.js';
import { ExpiredSessionsRemoved } from '../../session/cleanup/expired-sessions-removed.event.js';
import { KEY_TTL_HOURS } from '../change/idempotency.js';
import { thawClauses } from '../checkout/freeze-basket.js';

/** SQL: the number of rows, and the database's time for the clock check. */
const COUNT = `SELECT count(*)::int AS count, ${DATABASE_AT}`;

/** SQL: `$1` seconds ago. */
const AGO = `statement_timestamp() - $1 * interval '1 second'`;

/** Removes guests' baskets that were frozen for too long and whose session is gone. */
export const REMOVE_FROZEN = `
  WITH removed AS (
    DELETE FROM baskets WHERE id = ANY (ARRAY (
      SELECT id FROM baskets b
      WHERE frozen_at <= ${AGO} AND status = 'frozen' AND owner_id IS NULL
        AND NOT EXISTS (SELECT FROM sessions WHERE basket_id = b.id)
      LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING id
  )
  ${COUNT} FROM removed`;

const STALE_OF_USERS = `
  SELECT id FROM baskets
  WHERE frozen_at <= ${AGO} AND status = 'frozen' AND owner_id IS NOT NULL
  LIMIT $2 FOR UPDATE SKIP LOCKED`;

/** Thaws users' baskets that were frozen for too long. Their owners keep them. */
export const THAW_OWNED = `WITH ${thawClauses(`ARRAY (${STALE_OF_USERS})`)} ${COUNT} FROM thawed`;

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
  ) {}

  /** Returns the number of baskets that were removed. */
  @OnEvent(ExpiredSessionsRemoved.NAME, { suppressErrors: false })
  async endFrozen(event: ExpiredSessionsRemoved): Promise<number> {
    const { frozenTtlSeconds } = this.environment;
    const removed = await this.inBatches(REMOVE_FROZEN, frozenTtlSeconds, event);
    await this.inBatches(THAW_OWNED, frozenTtlSeconds, event);
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
      const { count } = await this.dataSource.transaction((manager) =>
        this.clock.queryChecked<{ count: number }>(manager, sql, [seconds, batchSize]),
      );
      total += count;
      if (count < batchSize) break;
    }
    return total;
  }
}
