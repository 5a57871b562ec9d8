import type { NamedStatement } from '../../database/named-statement.js';
import { isUnexpired, extendedExpiry } from '../../session/session-expiry.js';
import { BASKET_COLUMNS, type BasketRow, LINE_ORDER } from './basket-snapshot.js';
import { shownBasketOf } from './shown-basket.js';

/** A row of `READ_BY_SESSION`. All rows have the same columns of the session. */
export type SessionBasketRow = BasketRow & {
  userId: string | null;
  expiredAt: number;
  extendedExpiry: number;
};

/**
 * Reads the session `$1` and its basket. No row: the session is not active.
 *
 * `$2` and `$3` are the idle and the absolute lifetime.
 */
export const READ_BY_SESSION: NamedStatement = {
  name: 'read-session',
  text: `
    WITH session AS MATERIALIZED (
      SELECT s.basket_id, s.user_id, s.expired_at, ${extendedExpiry('$2', '$3')} AS extended_expiry
      FROM sessions s WHERE s.id = $1 AND s.replaced_at IS NULL AND ${isUnexpired('$3')}
    )
    SELECT s.user_id AS "userId", s.expired_at::float8 AS "expiredAt", s.extended_expiry::float8 AS "extendedExpiry",
      ${BASKET_COLUMNS}
    FROM session s
    LEFT JOIN baskets b ON b.id = coalesce((SELECT basket_id FROM session), ${shownBasketOf('(SELECT user_id FROM session)')})
      AND b.owner_id IS NOT DISTINCT FROM s.user_id AND b.status IN ('open', 'frozen')
    LEFT JOIN basket_lines l ON l.basket_id = b.id
    LEFT JOIN products p ON p.sku = l.sku
    ${LINE_ORDER}`,
};
