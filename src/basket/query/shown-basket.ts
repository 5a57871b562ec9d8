/** SQL: the id of a user's open basket. */
export const openBasketOf = (ownerId: string): string =>
  `(SELECT o.id FROM baskets o WHERE o.owner_id = ${ownerId} AND o.status = 'open')`;

/** SQL: the id of the basket that a user sees: the open one, else the latest frozen one. */
export const shownBasketOf = (ownerId: string): string => `coalesce(
    ${openBasketOf(ownerId)},
    (SELECT o.id FROM baskets o WHERE o.owner_id = ${ownerId} AND o.status = 'frozen'
     ORDER BY o.frozen_at DESC, o.id DESC LIMIT 1))`;
