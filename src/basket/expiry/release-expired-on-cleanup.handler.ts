import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource, type EntityManager } from 'typeorm';
import { ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { ExpiredSessionsRemoved } from '../../session/cleanup/expired-sessions-removed.event.js';
import { SUBTRACT_REMOVED } from '../checkout/reservation.js';
import { lockProducts } from '../../catalogue/lock-products.js';

const IS_EXPIRED = 'expires_at <= statement_timestamp()';

/** Locks the products of the `$1` reservations that expired first. */
export const LOCK_EXPIRED = lockProducts(
  `ARRAY (SELECT sku FROM stock_reservations WHERE ${IS_EXPIRED} ORDER BY expires_at LIMIT $1)`,
);

/**
 * Removes at most `$2` expired reservations of the locked products `$1`. Each change of a
 * reservation needs the lock on its product, so a `ctid` stays the same.
 */
export const REMOVE_EXPIRED = `
  WITH removed AS (
    DELETE FROM stock_reservations WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM stock_reservations WHERE sku = ANY ($1) AND ${IS_EXPIRED} LIMIT $2
    )) RETURNING sku, quantity
  ), released AS (${SUBTRACT_REMOVED})
  SELECT count(*)::int AS count, ${DATABASE_AT} FROM removed`;

/**
 * Removes expired reservations. They hold no stock any more, but an add must count them while they
 * exist. See docs/decisions/17-reservations.md.
 */
@Injectable()
export class ReleaseExpiredOnCleanupHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: ClockCheck,
  ) {}

  /** Returns 0, the number of baskets that were removed. */
  @OnEvent(ExpiredSessionsRemoved.NAME, { suppressErrors: false })
  async releaseExpired({ batchSize, shouldStop }: ExpiredSessionsRemoved): Promise<number> {
    while (!shouldStop()) {
      const removed = await this.dataSource.transaction((manager) => this.removeBatch(manager, batchSize));
      if (removed < batchSize) break;
    }
    return 0;
  }

  /** @throws Problem `clock-differs`, and removes nothing */
  private async removeBatch(manager: EntityManager, batchSize: number): Promise<number> {
    const locked = await manager.query<{ sku: string }[]>(LOCK_EXPIRED, [batchSize]);
    if (locked.length === 0) return 0;
    const values = [locked.map(({ sku }) => sku), batchSize];
    const { count } = await this.clock.queryChecked<{ count: number }>(manager, REMOVE_EXPIRED, values);
    return count;
  }
}
