import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { retryTransaction } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { Problem } from '../../problem/problem.js';
import type { BasketDto } from '../basket.dto.js';
import { type BasketVisitor, loadVisitor } from './basket-visitor.js';
import { lockOwner } from './lock-owner.js';
import type { Conditions } from './conditions.decorator.js';
import { etagOf } from '../etag.js';
import { type RecordedResponse, findRecordedResponse, recordResponse } from './idempotency.js';
import {
  type BasketKey,
  findBasket,
  findBaskets,
  lockBasket,
  type BasketSnapshot,
} from '../query/basket-snapshot.js';
import { markReplayed } from './replayed.js';
import { toBasketDto } from '../to-basket-dto.js';

/**
 * Changes the locked basket, which is null if there is none. Returns the basket afterwards.
 *
 * A repeated request gets the `results` that the first one passed to `recordResults`.
 */
export type Change = (
  manager: EntityManager,
  basket: BasketSnapshot | null,
  recordResults: (results: unknown) => void,
) => Promise<BasketSnapshot | null>;

/** Locks and reads the basket that a change concerns. The owner is locked already. */
export type LockTarget = (manager: EntityManager, key: BasketKey | null) => Promise<BasketSnapshot | null>;

export interface ChangeResult {
  /** The basket after the change. */
  basket: BasketSnapshot | null;
  /** True if an earlier request with the same key has made the change. */
  isReplayed: boolean;
  /** The results that the earlier request has recorded. */
  results: unknown;
}

/** Runs each change in one transaction, under the owner's lock and the request's conditions. */
@Injectable()
export class BasketChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /**
   * Makes a change, once for each idempotency key.
   *
   * @param status the route's success status, which is recorded with the key
   * @param lockTarget by default, the change concerns the basket that the visitor sees
   * @throws Problem `session-replaced`, `idempotency-key-reused`, `precondition-failed`, and each
   *   problem of the target and of the change
   */
  async run(
    sender: BasketVisitor | Visitor,
    conditions: Conditions,
    status: number,
    change: Change,
    lockTarget?: LockTarget,
  ): Promise<BasketDto> {
    const visitor = await loadVisitor(sender);
    const { basket, isReplayed } = await this.runForSnapshot(visitor, conditions, status, change, lockTarget);
    const dto = this.toDto(basket, visitor);
    return isReplayed ? markReplayed(dto) : dto;
  }

  /** Does the same as `run`, for a caller that builds its own response. */
  async runForSnapshot(
    visitor: Visitor,
    conditions: Conditions,
    status: number,
    change: Change,
    lockTarget = lockShown,
  ): Promise<ChangeResult> {
    const { idempotent, ifMatch } = conditions;
    return this.inTransaction(visitor, async (manager) => {
      const key = await lockOwner(manager, visitor);
      const recorded = idempotent && (await findRecordedResponse(manager, visitor, idempotent));
      if (recorded) {
        const basket = await findReplayed(manager, recorded, key);
        return { basket, isReplayed: true, results: recorded.results };
      }
      const basket = await lockTarget(manager, key);
      if (ifMatch) this.assertCurrent(ifMatch, this.toDto(basket, visitor));
      let results: unknown = null;
      const changed = await change(manager, basket, (toRecord) => (results = toRecord));
      if (idempotent) {
        const response = {
          status,
          basketId: changed?.id ?? null,
          results,
          // A single statement changes open baskets only.
          isChange: basket?.status !== 'frozen' && changed?.version !== basket?.version,
        };
        await recordResponse(manager, visitor, idempotent, response);
      }
      return { basket: changed, isReplayed: false, results: null };
    });
  }

  /** Converts the basket to the response for the visitor. */
  toDto(basket: BasketSnapshot | null, visitor: Visitor): BasketDto {
    const { currency } = this.environment;
    const expiresAt = visitor.kind === 'guest' ? visitor.session.active?.expiredAt : null;
    return toBasketDto(basket, { currency, owner: visitor.kind, expiresAt });
  }

  private inTransaction<T>(visitor: Visitor, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (visitor.kind === 'user') return retryTransaction(this.dataSource, work);
    return visitor.session.inTransaction(this.dataSource, work);
  }

  /** Compares the tags of `If-Match`. `*` matches each existing basket (RFC 9110, 13.1.1). */
  private assertCurrent(tags: string[], basket: BasketDto): void {
    if (tags.includes('*') ? basket.id !== null : tags.includes(etagOf(basket))) return;
    const detail = 'Another request has changed the basket. Read the basket again and decide.';
    throw new Problem('precondition-failed', detail, { basket }, { headers: { ETag: etagOf(basket) } });
  }
}

const lockShown: LockTarget = async (manager, key) => key && lockBasket(manager, key);

/**
 * Returns the present state of the basket that the first request changed. If that basket is gone,
 * returns the visitor's basket.
 */
async function findReplayed(
  manager: EntityManager,
  { basketId }: RecordedResponse,
  key: BasketKey | null,
): Promise<BasketSnapshot | null> {
  const [changed] = basketId ? await findBaskets(manager, [basketId]) : [];
  return changed ?? (key && findBasket(manager, key));
}
