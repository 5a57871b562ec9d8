import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Visitor } from '../../auth/visitor/visitor.js';
import { retryTransaction } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { Problem } from '../../problem/problem.js';
import type { BasketDto } from '../basket.dto.js';
import { lockPlace } from './basket-place.js';
import type { Conditions } from './conditions.decorator.js';
import { etagOf } from '../etag.js';
import { type Answered, findAnswered, rememberAnswered } from './idempotency.js';
import {
  type BasketOf,
  findBasket,
  findBaskets,
  lockBasket,
  type StoredBasket,
} from '../query/stored-basket.js';
import { markReplayed } from './replayed.js';
import { toBasketDto } from '../to-basket-dto.js';

/** A change of a locked basket, null being none; answers the basket as it is then. */
export type Change = (manager: EntityManager, basket: StoredBasket | null) => Promise<StoredBasket | null>;

/** The basket after a request with its key, and whether an earlier request had made the change. */
export interface Outcome {
  basket: StoredBasket | null;
  isReplayed: boolean;
}

/** The frame of every change: one transaction, the visitor's lock, and the request's conditions. */
@Injectable()
export class BasketChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
  ) {}

  /**
   * Makes a change under the visitor's lock, once for each idempotency key.
   *
   * @param status what the route answers, to be remembered with the key
   * @throws Problem `session-replaced`, `idempotency-key-reused`, `precondition-failed`, or what the change throws
   */
  async run(visitor: Visitor, conditions: Conditions, status: number, change: Change): Promise<BasketDto> {
    const { basket, isReplayed } = await this.make(visitor, conditions, status, change);
    const shown = this.show(basket, visitor);
    return isReplayed ? markReplayed(shown) : shown;
  }

  /** The same for a caller that shows the basket by itself. */
  async make(visitor: Visitor, conditions: Conditions, status: number, change: Change): Promise<Outcome> {
    const { idempotent, ifMatch } = conditions;
    return this.inTransaction(visitor, async (manager) => {
      const place = await lockPlace(manager, visitor);
      const answered = idempotent && (await findAnswered(manager, visitor, idempotent));
      if (answered) return { basket: await again(manager, answered, place), isReplayed: true };
      const basket = place && (await lockBasket(manager, place));
      if (ifMatch) this.assertCurrent(ifMatch, this.show(basket, visitor));
      const changed = await change(manager, basket);
      if (idempotent) {
        const answer = {
          status,
          basketId: changed?.id ?? null,
          isChange: changed?.version !== basket?.version,
        };
        await rememberAnswered(manager, visitor, idempotent, answer);
      }
      return { basket: changed, isReplayed: false };
    });
  }

  /** The basket as the visitor sees it. */
  show(basket: StoredBasket | null, visitor: Visitor): BasketDto {
    const expiresAt = visitor.kind === 'guest' ? (visitor.session.active?.expiredAt ?? null) : null;
    return toBasketDto(basket, { owner: visitor.kind, currency: this.environment.currency, expiresAt });
  }

  private inTransaction<T>(visitor: Visitor, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (visitor.kind === 'user') return retryTransaction(this.dataSource, work);
    return visitor.session.inTransaction(this.dataSource, work);
  }

  /** RFC 9110, 13.1.1: `*` matches any basket, but not none. */
  private assertCurrent(tags: string[], basket: BasketDto): void {
    if (tags.includes('*') ? basket.id !== null : tags.includes(etagOf(basket))) return;
    const detail = 'Somebody was faster. Look at the basket and decide again.';
    throw new Problem('precondition-failed', detail, { basket }, { headers: { ETag: etagOf(basket) } });
  }
}

/** The basket that a request changed when it came for the first time, as it is now; else the visitor's present one. */
async function again(
  manager: EntityManager,
  { basketId }: Answered,
  place: BasketOf | null,
): Promise<StoredBasket | null> {
  const [changed] = basketId ? await findBaskets(manager, [basketId]) : [];
  return changed ?? (place && findBasket(manager, place));
}
