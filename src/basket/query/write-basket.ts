import type { EntityManager } from 'typeorm';
import type { MergedLine, MergeReport } from '../../auth/event/user-logged-in.event.js';
import { Basket } from '../basket.entity.js';
import type { BasketSnapshot, LineSnapshot } from './basket-snapshot.js';
import {
  ADDED_COUNT,
  type AddedLine,
  addedPlaceholders,
  addedValues,
  copiedLine,
  insertedLine,
  LINE_KEY,
  lineId,
  ON_LINE_CONFLICT,
} from './line-columns.js';
import { toStoredReport } from './stored-report.js';

/**
 * SQL: the columns that every change of a basket sets. The report of the last merge holds until the
 * next change.
 */
export const COUNT_CHANGE = 'version = version + 1, updated_at = now(), last_merge = NULL';

/**
 * The first part of each change: the version counts the changes, and the basket is locked before
 * its lines.
 */
export const CHANGED = `
  WITH changed AS (
    UPDATE baskets SET ${COUNT_CHANGE} WHERE id = $1 AND status = 'open'
    RETURNING id
  )`;

const saved = insertedLine({
  ...addedPlaceholders(2),
  basketId: 'id',
  unitPriceMinorWhenAdded: `$${2 + ADDED_COUNT}`,
});

export const SAVE_LINE = `
  ${CHANGED}
  INSERT INTO basket_lines (${saved.columns})
  SELECT ${saved.expressions} FROM changed
  ${ON_LINE_CONFLICT}`;

export const REMOVE_LINE = `
  ${CHANGED}
  DELETE FROM basket_lines USING changed WHERE basket_id = changed.id AND (${LINE_KEY}) = ($2, $3)`;

/** Inserts a line of a locked basket, or changes its quantity, and returns the basket after it. */
export async function saveLine(
  manager: EntityManager,
  basket: BasketSnapshot,
  line: LineSnapshot,
): Promise<BasketSnapshot> {
  await manager.query(SAVE_LINE, [basket.id, ...addedValues(line), line.unitPriceMinorWhenAdded]);
  const isThere = basket.lines.some((other) => isSameLine(other, line));
  // Another line of the sku has the product from before `available` was counted.
  const { sku, product } = line;
  const others = basket.lines.map((other) => (other.sku === sku ? { ...other, product } : other));
  const lines = isThere ? others.map((other) => (isSameLine(other, line) ? line : other)) : [...others, line];
  return { ...basket, version: basket.version + 1, lastMerge: null, lines };
}

/** Removes a line of a locked basket, and returns the basket after it. */
export async function removeLine(
  manager: EntityManager,
  basket: BasketSnapshot,
  line: LineSnapshot,
): Promise<BasketSnapshot> {
  await manager.query(REMOVE_LINE, [basket.id, line.sku, line.variant]);
  const lines = basket.lines.filter((other) => !isSameLine(other, line));
  return { ...basket, version: basket.version + 1, lastMerge: null, lines };
}

type LineWithKey = Pick<AddedLine, 'sku' | 'variant'>;

/** Compares the keys, because a sku can have the form of another line's id. */
export function isSameLine(one: LineWithKey, other: LineWithKey): boolean {
  return one.sku === other.sku && one.variant === other.variant;
}

/** Removes a basket with its lines. The foreign key clears the session's pointer. */
export async function removeBasket(manager: EntityManager, id: string): Promise<void> {
  await manager.delete(Basket, { id });
}

const ASSIGN = `
  UPDATE baskets
  SET owner_id = $2, version = version + 1, updated_at = now(), last_merge = $3
  WHERE id = $1`;

/** Gives a guest's basket to a user, unchanged. A frozen one stays frozen. */
export async function assignBasket(
  manager: EntityManager,
  basketId: string,
  userId: string,
  report: MergeReport,
): Promise<void> {
  await manager.query(ASSIGN, [basketId, userId, JSON.stringify(toStoredReport(report))]);
}

const merged = insertedLine({ ...copiedLine(), basketId: '$2', quantity: 'merged.quantity' });

/**
 * One statement, so that a line is in one of the two baskets at every moment. The guest's lines are
 * removed with their basket. The user's members of the metadata win.
 */
export const MERGE = `
  WITH moved AS (
    INSERT INTO basket_lines (${merged.columns})
    SELECT ${merged.expressions}
    FROM basket_lines l
    JOIN unnest($3::text[], $4::text[], $5::int[]) AS merged (sku, line_id, quantity)
      ON (merged.sku, merged.line_id) = (l.sku, ${lineId('l')})
    WHERE l.basket_id = $1
    ${ON_LINE_CONFLICT}
  ), removed AS (
    DELETE FROM baskets WHERE id = $1
  )
  UPDATE baskets b
  SET version = b.version + 1, updated_at = now(), last_merge = $6, metadata = guest.metadata || b.metadata
  FROM baskets guest
  WHERE b.id = $2 AND guest.id = $1`;

/**
 * Writes the decision of `mergeLines` into the user's basket, and removes the guest's.
 *
 * @param report null if no login has merged them
 */
export async function mergeBaskets(
  manager: EntityManager,
  { guestId, userId }: { guestId: string; userId: string },
  lines: MergedLine[],
  report: MergeReport | null,
): Promise<void> {
  const skus = lines.map(({ sku }) => sku);
  const ids = lines.map(({ id }) => id);
  const quantities = lines.map(({ quantity }) => quantity);
  const stored = report && JSON.stringify(toStoredReport(report));
  await manager.query(MERGE, [guestId, userId, skus, ids, quantities, stored]);
}

/** Gives the orders of a guest's session to the user who logs in from it. */
export async function assignOrders(manager: EntityManager, sessionId: string, userId: string): Promise<void> {
  await manager.query(
    `UPDATE baskets SET owner_id = $2, submitted_session_id = NULL
     WHERE submitted_session_id = $1 AND status = 'submitted'`,
    [sessionId, userId],
  );
}
