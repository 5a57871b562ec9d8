import type { EntityManager } from 'typeorm';
import type { MergedLine } from '../../auth/event/user-logged-in.event.js';
import type { MergeStrategy } from '../../config/environment.js';
import { countAvailable } from '../query/availability.js';
import type { BasketSnapshot } from '../query/basket-snapshot.js';
import { mergeLines } from './merge-lines.js';

/** The baskets of a merge. Both are locked. */
interface MergedBaskets {
  guest: BasketSnapshot;
  /** Without one, the guest's basket is assigned. */
  user?: BasketSnapshot;
}

/** Counts what is available, then decides which lines the remaining basket has. */
export async function decideLines(
  manager: EntityManager,
  { guest, user }: MergedBaskets,
  strategy: MergeStrategy,
  maxQuantity: number,
): Promise<MergedLine[]> {
  const userLines = user?.lines ?? [];
  const products = [...guest.lines, ...userLines].flatMap(({ product }) => product ?? []);
  await countAvailable(manager, user?.id ?? guest.id, products);
  return mergeLines(guest.lines, userLines, strategy, maxQuantity);
}
