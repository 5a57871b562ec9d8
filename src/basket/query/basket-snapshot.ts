import type { DataSource, EntityManager } from 'typeorm';
import type { MergeReport } from '../../auth/event/user-logged-in.event.js';
import { queryNamed } from '../../database/named-statement.js';
import type { BasketStatus } from '../basket.entity.js';
import { type CarriedLine, type PinnedLine, SELECTED_LINE, SELECTED_OPEN_LINE } from './line-columns.js';

/** The product of a line, as the catalogue has it now. */
export interface LineProduct {
  name: string;
  unitPriceMinor: number;
  stock: number | null;
  isActive: boolean;
}

export interface LineSnapshot extends CarriedLine {
  /** The name and the price since the basket was frozen or submitted; null in an open basket. */
  pinned: { name: string; unitPriceMinor: number } | null;
  /** Null: the catalogue has no such product any more. */
  product: LineProduct | null;
}

/** A basket as it was read, with its lines and their products. */
export interface BasketSnapshot {
  id: string;
  ownerId: string | null;
  status: BasketStatus;
  version: number;
  lastMerge: MergeReport | null;
  submittedAt: Date | null;
  /**
   * Pinned by freeze and submit. Null in an open basket, and in an old row until `PinCurrencyJob`
   * fills it.
   */
  currency: string | null;
  lines: LineSnapshot[];
}

type BasketColumns = Omit<BasketSnapshot, 'lines'>;
export type BasketRow = BasketColumns & CarriedLine & PinnedLine & LineProduct;

const PRODUCT_COLUMNS = `p.name, p.unit_price_minor AS "unitPriceMinor", p.stock, p.is_active AS "isActive"`;

/** SQL: the columns of a line `l` and its product `p`. */
export const LINE_AND_PRODUCT = `${SELECTED_LINE}, ${PRODUCT_COLUMNS}`;

/**
 * SQL: the columns of an open basket `b` that the statement has changed, of a line `l` and its
 * product `p`.
 */
export const CHANGED_COLUMNS = `
  b.id, b.owner_id AS "ownerId", 'open' AS status, b.version, NULL AS "lastMerge", NULL AS "submittedAt",
  NULL AS currency, ${SELECTED_OPEN_LINE}, ${PRODUCT_COLUMNS}`;

/** One statement, so that basket, lines and products are of one moment. */
const SELECT = `
  SELECT b.id, b.owner_id AS "ownerId", b.status, b.version, b.last_merge AS "lastMerge",
    b.submitted_at AS "submittedAt", b.currency, ${LINE_AND_PRODUCT}
  FROM baskets b
  LEFT JOIN basket_lines l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku`;

/** The lines in the order in which they were added. */
const ORDER = 'ORDER BY l.added_at, l.sku';

/** SQL: the basket that is not submitted. `$1` is its id, or the id of its owner. */
const BASKET_FILTER = {
  guest: `b.id = $1 AND b.owner_id IS NULL AND b.status <> 'submitted'`,
  user: `b.owner_id = $1 AND b.status <> 'submitted'`,
};

export const READ = {
  guest: { name: 'read-guest', text: `${SELECT} WHERE ${BASKET_FILTER.guest} ${ORDER}` },
  user: { name: 'read-user', text: `${SELECT} WHERE ${BASKET_FILTER.user} ${ORDER}` },
};

export const READ_BY_IDS = `${SELECT} WHERE b.id = ANY ($1) ${ORDER}`;

export const LOCK = {
  guest: `SELECT FROM baskets b WHERE ${BASKET_FILTER.guest} FOR UPDATE`,
  user: `SELECT FROM baskets b WHERE ${BASKET_FILTER.user} FOR UPDATE`,
};

/**
 * Finds one basket that is not submitted: a guest's by the id in the session, or a user's by the
 * owner.
 */
export type BasketKey = { basketId: string } | { ownerId: string };

/** Reads the basket without a lock. */
export async function findBasket(manager: EntityManager, key: BasketKey): Promise<BasketSnapshot | null> {
  const [basket] = toBaskets(
    'basketId' in key
      ? await manager.query<BasketRow[]>(READ.guest.text, [key.basketId])
      : await manager.query<BasketRow[]>(READ.user.text, [key.ownerId]),
  );
  return basket ?? null;
}

/**
 * Locks the basket for the rest of the transaction, then reads it.
 *
 * Two statements: after a wait for the lock, a single one would return the current basket with the
 * lines from before.
 */
export async function lockBasket(manager: EntityManager, key: BasketKey): Promise<BasketSnapshot | null> {
  const [lock, id] = 'basketId' in key ? [LOCK.guest, key.basketId] : [LOCK.user, key.ownerId];
  await manager.query(lock, [id]);
  return findBasket(manager, key);
}

/** Reads baskets of any owner and status, in the order of the given ids. */
export async function findBaskets(manager: EntityManager, ids: string[]): Promise<BasketSnapshot[]> {
  const rows = await manager.query<BasketRow[]>(READ_BY_IDS, [ids]);
  const baskets = new Map(toBaskets(rows).map((basket) => [basket.id, basket]));
  return ids.flatMap((id) => baskets.get(id) ?? []);
}

/**
 * Locks baskets of any owner and status in the order of their ids, then reads them. See
 * `lockBasket`.
 */
export async function lockBaskets(manager: EntityManager, ids: string[]): Promise<BasketSnapshot[]> {
  await manager.query('SELECT FROM baskets WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);
  return findBaskets(manager, ids);
}

/**
 * Reads a user's basket without a transaction, by a prepared statement, for a request with a token.
 */
export async function findUserBasket(
  dataSource: DataSource,
  ownerId: string,
): Promise<BasketSnapshot | null> {
  const [basket] = toBaskets(await queryNamed<BasketRow>(dataSource, READ.user, [ownerId]));
  return basket ?? null;
}

export function toBaskets(rows: BasketRow[]): BasketSnapshot[] {
  const baskets = new Map<string, BasketSnapshot>();
  for (const row of rows) {
    const basket = baskets.get(row.id) ?? toBasket(row);
    baskets.set(row.id, basket);
    // A basket without lines is one row without a sku.
    if (row.sku !== null) basket.lines.push(toLine(row));
  }
  return [...baskets.values()];
}

function toBasket(row: BasketRow): BasketSnapshot {
  const { id, ownerId, status, version, lastMerge, submittedAt, currency } = row;
  return { id, ownerId, status, version, lastMerge, submittedAt, currency, lines: [] };
}

/**
 * Writes its members out, because each request comes here: a spread takes four times as long.
 * TypeScript reports a missing member.
 */
function toLine(row: BasketRow): LineSnapshot {
  const { sku, quantity, unitPriceMinorWhenAdded } = row;
  const { namePinned, unitPriceMinorPinned, name, unitPriceMinor, stock, isActive } = row;
  const isPinned = namePinned !== null && unitPriceMinorPinned !== null;
  const isKnown = name !== null;
  return {
    sku,
    quantity,
    unitPriceMinorWhenAdded,
    pinned: isPinned ? { name: namePinned, unitPriceMinor: unitPriceMinorPinned } : null,
    product: isKnown ? { name, unitPriceMinor, stock, isActive } : null,
  };
}
