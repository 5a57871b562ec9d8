import type { EntityManager } from 'typeorm';
import type { MergedLine, MergeReport } from '../../auth/event/user-logged-in.event.js';
import { Basket } from '../basket.entity.js';
import type { BasketSnapshot, LineSnapshot } from './basket-snapshot.js';

/** SQL: what every change of a basket sets. The report of the last merge holds until the next change. */
export const COUNT_CHANGE = 'version = version + 1, updated_at = now(), last_merge = NULL';

/** The first part of each change, so that the version counts exactly the changes and the basket is locked before its lines. */
const CHANGED = `
  WITH changed AS (
    UPDATE baskets SET ${COUNT_CHANGE} WHERE id = $1
    RETURNING id
  )`;

const SAVE_LINE = `
  ${CHANGED}
  INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added)
  SELECT id, $2, $3, $4 FROM changed
  ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = excluded.quantity`;

const REMOVE_LINE = `
  ${CHANGED}
  DELETE FROM basket_lines USING changed WHERE basket_id = changed.id AND sku = $2`;

/** The basket is locked, so what was read of it still holds; the answer is the basket as it is now. */
export async function saveLine(
  manager: EntityManager,
  basket: BasketSnapshot,
  line: LineSnapshot,
): Promise<BasketSnapshot> {
  const { sku, quantity, unitPriceMinorWhenAdded } = line;
  await manager.query(SAVE_LINE, [basket.id, sku, quantity, unitPriceMinorWhenAdded]);
  const isThere = basket.lines.some((other) => other.sku === sku);
  const lines = isThere
    ? basket.lines.map((other) => (other.sku === sku ? line : other))
    : [...basket.lines, line];
  return { ...basket, version: basket.version + 1, lastMerge: null, lines };
}

export async function removeLine(
  manager: EntityManager,
  basket: BasketSnapshot,
  sku: string,
): Promise<BasketSnapshot> {
  await manager.query(REMOVE_LINE, [basket.id, sku]);
  const lines = basket.lines.filter((line) => line.sku !== sku);
  return { ...basket, version: basket.version + 1, lastMerge: null, lines };
}

/** The session that points to it releases it by its foreign key. */
export async function removeBasket(manager: EntityManager, id: string): Promise<void> {
  await manager.delete(Basket, { id });
}

const ASSIGN = `
  UPDATE baskets
  SET owner_id = $2, version = version + 1, updated_at = now(), last_merge = $3
  WHERE id = $1`;

/** Gives a guest's basket an owner as it is. */
export async function assignBasket(
  manager: EntityManager,
  basketId: string,
  userId: string,
  report: MergeReport,
): Promise<void> {
  await manager.query(ASSIGN, [basketId, userId, JSON.stringify(report)]);
}

/**
 * One statement, so that a line is in one of the two baskets at every moment.
 *
 * A line new to the user keeps the guest's price and time; the guest's lines go with their basket.
 */
const MERGE = `
  WITH moved AS (
    INSERT INTO basket_lines (basket_id, sku, quantity, unit_price_minor_when_added, added_at)
    SELECT $2, l.sku, merged.quantity, l.unit_price_minor_when_added, l.added_at
    FROM basket_lines l
    JOIN unnest($3::text[], $4::int[]) AS merged (sku, quantity) ON merged.sku = l.sku
    WHERE l.basket_id = $1
    ON CONFLICT (basket_id, sku) DO UPDATE SET quantity = excluded.quantity
  ), removed AS (
    DELETE FROM baskets WHERE id = $1
  )
  UPDATE baskets
  SET version = version + 1, updated_at = now(), last_merge = $5
  WHERE id = $2`;

/** Moves what `mergeLines` decided from the guest's basket into the user's and removes the guest's. */
export async function mergeBaskets(
  manager: EntityManager,
  guestBasketId: string,
  userBasketId: string,
  report: MergeReport,
): Promise<void> {
  const skus = report.lines.map(({ sku }: MergedLine) => sku);
  const quantities = report.lines.map(({ quantity }) => quantity);
  await manager.query(MERGE, [guestBasketId, userBasketId, skus, quantities, JSON.stringify(report)]);
}

/** Gives the orders that a guest's session submitted to the user who logs in from it. */
export async function assignOrders(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  await manager.query(
    `UPDATE baskets SET owner_id = $2, submitted_session_id = NULL
     WHERE submitted_session_id = $1 AND status = 'submitted'`,
    [sessionId, userId],
  );
}
