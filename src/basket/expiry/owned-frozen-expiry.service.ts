import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { NIL } from 'uuid';
import { ClockCheck, DATABASE_AT } from '../../database/clock-check.service.js';
import { Environment } from '../../config/environment.js';
import { stackOf } from '../../problem/error-text.js';
import { Problem } from '../../problem/problem.js';
import { ExpiredSessionsRemoved } from '../../session/cleanup/expired-sessions-removed.event.js';
import { releaseReservations } from '../checkout/reservation.js';
import { thawBasket } from '../checkout/thaw-basket.js';
import { lockWithOpen } from '../query/own-baskets.js';

interface OverdueBasket {
  id: string;
  ownerId: string;
  /** `frozen_at` with its microseconds. A Date has only milliseconds. */
  frozenAt: string;
}

/** SQL: `$1` seconds ago. */
export const AGO = `statement_timestamp() - $1 * interval '1 second'`;

/**
 * A page of users' baskets that were frozen for too long, after the last one of the page before. So
 * a failing owner does not come again in the same run.
 */
export const FIND_OVERDUE = `
  SELECT id, owner_id AS "ownerId", frozen_at::text AS "frozenAt" FROM baskets
  WHERE frozen_at <= ${AGO} AND status = 'frozen' AND owner_id IS NOT NULL
    AND (frozen_at, id) > ($3::timestamptz, $4::uuid)
  ORDER BY frozen_at, id LIMIT $2`;

/** The same of one user, `$2`, and the database's time for the clock check. */
export const FIND_OVERDUE_OF_USER = `
  SELECT ARRAY (
    SELECT id FROM baskets WHERE owner_id = $2 AND status = 'frozen' AND frozen_at <= ${AGO}
    ORDER BY frozen_at, id
  ) AS ids, ${DATABASE_AT}`;

/** A user whose row is locked is busy. The next run takes their baskets. */
const LOCK_USER = 'SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED';

/** If more owners fail, they are not the cause, and the run fails. */
const MAX_FAILURES = 100;

/**
 * Thaws the baskets of users that were frozen for too long. Their owners keep the lines. See
 * docs/decisions/10-frozen-baskets.md.
 */
@Injectable()
export class OwnedFrozenExpiry {
  private readonly logger = new Logger(OwnedFrozenExpiry.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly clock: ClockCheck,
  ) {}

  /**
   * Thaws them owner by owner, page by page, so many owners need no memory.
   *
   * @throws Problem `clock-differs`
   */
  async thawOverdue({ batchSize, shouldStop }: ExpiredSessionsRemoved): Promise<void> {
    const { frozenTtlSeconds } = this.environment;
    let failures = 0;
    let last: Pick<OverdueBasket, 'id' | 'frozenAt'> = { id: NIL, frozenAt: '-infinity' };
    let page: OverdueBasket[];
    do {
      const values = [frozenTtlSeconds, batchSize, last.frozenAt, last.id];
      page = await this.dataSource.query<OverdueBasket[]>(FIND_OVERDUE, values);
      for (const ownerId of new Set(page.map((basket) => basket.ownerId))) {
        if (shouldStop()) return;
        if (await this.thawOrSkip(ownerId)) continue;
        if (++failures > MAX_FAILURES) throw new Error(`The baskets of ${failures} users were not thawed.`);
      }
      last = page.at(-1) ?? last;
    } while (page.length === batchSize);
  }

  /** Returns false after a failure, which the log has. The other owners go on. */
  private async thawOrSkip(ownerId: string): Promise<boolean> {
    try {
      await this.dataSource.transaction((manager) => this.thawOwned(manager, ownerId));
      return true;
    } catch (error) {
      // The clocks differ, for every owner.
      if (error instanceof Problem) throw error;
      this.logger.error('The frozen baskets of a user could not be thawed', stackOf(error));
      return false;
    }
  }

  /** The first one becomes the open basket if there is none. The later ones are merged into it. */
  private async thawOwned(manager: EntityManager, ownerId: string): Promise<void> {
    const users = await manager.query<object[]>(LOCK_USER, [ownerId]);
    if (users.length === 0) return;
    const values = [this.environment.frozenTtlSeconds, ownerId];
    const { ids } = await this.clock.queryChecked<{ ids: string[] }>(manager, FIND_OVERDUE_OF_USER, values);
    if (ids.length === 0) return;
    await lockWithOpen(manager, ids, ownerId);
    // All at once, because products are locked in the order of their skus.
    await releaseReservations(manager, ids);
    for (const id of ids) await thawBasket(manager, { id, ownerId }, this.environment);
  }
}
