import type { EntityManager } from 'typeorm';
import type { BasketKey } from './basket-snapshot.js';

/** The ids of a visitor's baskets that are not submitted. */
export interface OwnBaskets {
  openId: string | null;
  /** The latest freeze first. */
  frozenIds: string[];
}

const OF_GUEST = `
  SELECT id, status FROM baskets WHERE id = $1 AND owner_id IS NULL AND status IN ('open', 'frozen')`;

/** Two parts, because each of them has an index of its own. */
const OF_USER = `
  SELECT id, status, frozen_at FROM baskets WHERE owner_id = $1 AND status = 'open'
  UNION ALL
  SELECT id, status, frozen_at FROM baskets WHERE owner_id = $1 AND status = 'frozen'
  ORDER BY frozen_at DESC, id DESC`;

/** Finds a visitor's baskets. Call it under the owner's lock. */
export async function findOwnBaskets(manager: EntityManager, key: BasketKey): Promise<OwnBaskets> {
  const [sql, id] = 'basketId' in key ? [OF_GUEST, key.basketId] : [OF_USER, key.ownerId];
  const rows = await manager.query<{ id: string; status: 'open' | 'frozen' }[]>(sql, [id]);
  return {
    openId: rows.find(({ status }) => status === 'open')?.id ?? null,
    frozenIds: rows.filter(({ status }) => status === 'frozen').map((row) => row.id),
  };
}

const LOCK_WITH_OPEN = `
  SELECT id FROM baskets
  WHERE id = ANY ($1::uuid[] || ARRAY (SELECT o.id FROM baskets o WHERE o.owner_id = $2 AND o.status = 'open'))
  ORDER BY id FOR UPDATE`;

/**
 * Locks baskets and the user's open basket, in the order of their ids. Returns the ids of those
 * that exist. The user is locked already.
 *
 * Read the baskets afterwards: a statement that has waited for a lock returns old lines. See
 * docs/decisions/05-lock-order.md.
 */
export async function lockWithOpen(
  manager: EntityManager,
  ids: string[],
  ownerId: string | null,
): Promise<string[]> {
  const locked = await manager.query<{ id: string }[]>(LOCK_WITH_OPEN, [ids, ownerId]);
  return locked.map(({ id }) => id);
}
