import { Injectable } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { Environment } from '../environment.js';
import { ExpiredSessionsRemoved } from '../session/expired-sessions-removed.event.js';

const KEY_MILLISECONDS = 24 * 60 * 60 * 1_000;

/** A guest's basket whose session is gone, and whose payment never came. */
const REMOVE_FROZEN = `
  DELETE FROM baskets WHERE id = ANY (ARRAY (
    SELECT id FROM baskets b
    WHERE frozen_at <= $1 AND status = 'frozen' AND owner_id IS NULL
      AND NOT EXISTS (SELECT FROM sessions WHERE basket_id = b.id)
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;

/** A user's basket is never removed, only opened again; in one statement, its lines with it. */
const THAW_OWNED = `
  WITH stale AS (
    SELECT id FROM baskets
    WHERE frozen_at <= $1 AND status = 'frozen' AND owner_id IS NOT NULL
    LIMIT $2 FOR UPDATE SKIP LOCKED
  ), lines AS (
    UPDATE basket_lines l SET name_pinned = NULL, unit_price_minor_pinned = NULL
    FROM stale WHERE l.basket_id = stale.id
  )
  UPDATE baskets b SET status = 'open', currency = NULL, frozen_at = NULL, version = version + 1, updated_at = now()
  FROM stale WHERE b.id = stale.id`;

const REMOVE_KEYS = `
  DELETE FROM idempotency_keys WHERE id = ANY (ARRAY (
    SELECT id FROM idempotency_keys WHERE created_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED
  ))`;

/** Ends what had a time of its own: frozen baskets and idempotency keys. */
@Injectable()
export class EndFrozenOnCleanupHandler {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /** How many baskets were removed. */
  @OnEvent(ExpiredSessionsRemoved.NAME, { suppressErrors: false })
  async endFrozen(event: ExpiredSessionsRemoved): Promise<number> {
    const now = event.now.getTime();
    const frozenUntil = new Date(now - this.environment.frozenTtlSeconds * 1_000);
    const removed = await this.inBatches(REMOVE_FROZEN, frozenUntil, event);
    await this.inBatches(THAW_OWNED, frozenUntil, event);
    await this.inBatches(REMOVE_KEYS, new Date(now - KEY_MILLISECONDS), event);
    return removed;
  }

  private async inBatches(
    sql: string,
    until: Date,
    { batchSize, mustStop }: ExpiredSessionsRemoved,
  ): Promise<number> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      for (let total = 0; ;) {
        const { affected } = mustStop() ? {} : await queryRunner.query(sql, [until, batchSize], true);
        if (!affected) return total;
        total += affected;
      }
    } finally {
      await queryRunner.release();
    }
  }
}
