import type { EntityManager } from 'typeorm';
import { Problem } from '../../problem/problem.js';
import type { LockTarget } from '../change/basket-changes.service.js';
import { findBaskets } from '../query/basket-snapshot.js';
import { findOwnBaskets, lockWithOpen, type OwnBaskets } from '../query/own-baskets.js';
import { toBasketDto } from '../to-basket-dto.js';

/** The ids of a visitor's baskets that a step could mean. */
type Choose = (own: OwnBaskets, manager: EntityManager) => Promise<string | null> | string | null;

const BASKETS_PER_READ = 20;

/** Freeze means the basket that the visitor sees. */
export function freezeTarget(basketId?: string): LockTarget {
  return lockTarget(basketId, shown);
}

/** Thaw means the latest frozen basket, and does nothing to an open one. */
export function thawTarget(basketId?: string): LockTarget {
  return lockTarget(basketId, (own) => own.frozenIds[0] ?? own.openId);
}

/** Submit means the only basket. */
export function submitTarget(currency: string, basketId?: string): LockTarget {
  return lockTarget(basketId, async (own, manager) => {
    const ids = idsOf(own);
    if (ids.length > 1) throw await basketAmbiguous(manager, ids, currency);
    return shown(own);
  });
}

/**
 * Locks the basket that the request names, or else the chosen one, and the user's open basket: a
 * thaw may merge into it.
 *
 * @throws Problem `unknown-basket` if it is not one of the visitor's own
 */
function lockTarget(basketId: string | undefined, choose: Choose): LockTarget {
  return async (manager, key) => {
    const own = key ? await findOwnBaskets(manager, key) : { openId: null, frozenIds: [] };
    const id = basketId === undefined ? await choose(own, manager) : findOwn(own, basketId);
    if (id === null) return null;
    await lockWithOpen(manager, [id], key && 'ownerId' in key ? key.ownerId : null);
    const [basket = null] = await findBaskets(manager, [id]);
    return basket;
  };
}

function findOwn(own: OwnBaskets, basketId: string): string {
  const id = basketId.toLowerCase();
  if (idsOf(own).includes(id)) return id;
  throw new Problem('unknown-basket', 'This visitor has no open or frozen basket with this id.');
}

function shown({ openId, frozenIds }: OwnBaskets): string | null {
  return openId ?? frozenIds[0] ?? null;
}

function idsOf({ openId, frozenIds }: OwnBaskets): string[] {
  return openId === null ? frozenIds : [openId, ...frozenIds];
}

/** Reads a few baskets at a time, because only their amounts are kept. */
async function basketAmbiguous(manager: EntityManager, ids: string[], currency: string): Promise<Problem> {
  const baskets = [];
  for (let first = 0; first < ids.length; first += BASKETS_PER_READ) {
    const read = await findBaskets(manager, ids.slice(first, first + BASKETS_PER_READ));
    const dtos = read.map((basket) => toBasketDto(basket, { currency }));
    baskets.push(
      ...dtos.map((dto) => ({
        id: dto.id,
        status: dto.status,
        amountMinor: dto.totals.amountMinor,
        currency: dto.currency,
      })),
    );
  }
  return new Problem('basket-ambiguous', 'Name one of them in `basketId`.', { baskets });
}
