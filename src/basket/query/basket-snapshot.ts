import type { DataSource, EntityManager } from 'typeorm';
import { queryNamed } from '../../database/named-statement.js';
import type { BasketStatus } from '../basket.entity.js';
import { isAvailabilityUncertain, settleAvailability } from './availability.js';
import { type LineProduct, PRODUCT_COLUMNS, type ProductColumns, toLineProduct } from './line-product.js';
import { type CarriedLine, type PinnedLine, SELECTED_LINE, SELECTED_OPEN_LINE } from './line-columns.js';
import { shownBasketOf } from './shown-basket.js';
import type { StoredReport } from './stored-report.js';

export interface LineSnapshot extends CarriedLine {
  /** The place in the order of adding, among all lines of the same read. */
  position: number;
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
  lastMerge: StoredReport | null;
  submittedAt: Date | null;
  cancelledAt: Date | null;
  /** The end of the reservation, or null without one, and after its end. */
  reservedUntil: Date | null;
  /** The shop's own members. */
  metadata: Metadata;
  /**
   * Pinned by freeze and submit. Null in an open basket, and in an old row until `PinCurrencyJob`
   * fills it.
   */
  currency: string | null;
  lines: LineSnapshot[];
}

export type Metadata = Record<string, unknown>;

type BasketColumns = Omit<BasketSnapshot, 'lines' | 'metadata' | 'reservedUntil'> & {
  metadata: Metadata | null;
};

/** A row of `CHANGED_COLUMNS`: an open basket with a line. */
export type OpenBasketRow = Pick<BasketColumns, 'id' | 'ownerId' | 'version' | 'metadata'> &
  Omit<CarriedLine, 'attributes'> & { attributes: CarriedLine['attributes'] | null } & ProductColumns;
export type BasketRow = OpenBasketRow & BasketColumns & PinnedLine;

/** Null instead of `{}`, which most baskets have: a row repeats it for each line. */
const METADATA = `nullif(b.metadata, '{}') AS metadata`;

/** SQL: the columns of a basket `b`, of a line `l` and its product `p`. */
export const BASKET_COLUMNS = `
  b.id, b.owner_id AS "ownerId", b.status, b.version, b.last_merge AS "lastMerge", b.submitted_at AS "submittedAt",
  b.cancelled_at AS "cancelledAt", ${METADATA}, b.currency,
  ${SELECTED_LINE}, ${PRODUCT_COLUMNS}`;

/**
 * SQL: the columns of an open basket `b` that the statement has changed, of a line `l` and its
 * product `p`. The others are null.
 */
export const CHANGED_COLUMNS = `
  b.id, b.owner_id AS "ownerId", b.version, ${METADATA}, ${SELECTED_OPEN_LINE}, ${PRODUCT_COLUMNS}`;

/** One statement, so that basket, lines and products are of one moment. */
const SELECT = `
  SELECT ${BASKET_COLUMNS}
  FROM baskets b
  LEFT JOIN basket_lines l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku`;

/** SQL: the order in which the lines were added. */
export const LINE_ORDER = 'ORDER BY l.added_at, l.sku, l.variant';

/** SQL: the basket that the visitor sees. `$1` is its id, or the id of its owner. */
const BASKET_FILTER = {
  guest: `b.id = $1 AND b.owner_id IS NULL AND b.status IN ('open', 'frozen')`,
  user: `b.id = ${shownBasketOf('$1')}`,
};

export const READ = {
  guest: { name: 'read-guest', text: `${SELECT} WHERE ${BASKET_FILTER.guest} ${LINE_ORDER}` },
  user: { name: 'read-user', text: `${SELECT} WHERE ${BASKET_FILTER.user} ${LINE_ORDER}` },
};

export const READ_BY_IDS = `${SELECT} WHERE b.id = ANY ($1) ${LINE_ORDER}`;

export const LOCK = {
  guest: `SELECT FROM baskets b WHERE ${BASKET_FILTER.guest} FOR UPDATE`,
  user: `SELECT FROM baskets b WHERE ${BASKET_FILTER.user} FOR UPDATE`,
};

/** Finds the visitor's basket: a guest's by the id in the session, a user's by the owner. */
export type BasketKey = { basketId: string } | { ownerId: string };

/** Reads the basket without a lock. */
export async function findBasket(manager: EntityManager, key: BasketKey): Promise<BasketSnapshot | null> {
  const [{ text }, id] = 'basketId' in key ? [READ.guest, key.basketId] : [READ.user, key.ownerId];
  const [basket = null] = toBaskets(await manager.query<BasketRow[]>(text, [id]));
  if (basket) await settleAvailability(manager, basket);
  return basket;
}

/**
 * Locks the basket for the rest of the transaction, then reads it. The owner is locked already, so
 * no other basket takes its place meanwhile.
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
  for (const basket of baskets.values()) await settleAvailability(manager, basket);
  return ids.flatMap((id) => baskets.get(id) ?? []);
}

/**
 * Reads a locked basket.
 *
 * @throws Error if it is gone
 */
export async function getBasket(manager: EntityManager, id: string): Promise<BasketSnapshot> {
  const [basket] = await findBaskets(manager, [id]);
  if (!basket) throw new Error(`Basket ${id} is gone, although it was locked.`);
  return basket;
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
  const [basket = null] = toBaskets(await queryNamed<BasketRow>(dataSource, READ.user, [ownerId]));
  if (basket && isAvailabilityUncertain(basket)) await settleAvailability(dataSource, basket);
  return basket;
}

/** Takes rows of `BASKET_COLUMNS`, or of `CHANGED_COLUMNS`, which lack some of them. */
export function toBaskets(rows: (BasketRow | OpenBasketRow)[]): BasketSnapshot[] {
  const baskets = new Map<string, BasketSnapshot>();
  for (const [position, row] of rows.entries()) {
    const basket = baskets.get(row.id) ?? toBasket(row);
    baskets.set(row.id, basket);
    // A basket without lines is one row without a sku.
    if (row.sku !== null) basket.lines.push(toLine(row, position));
  }
  return [...baskets.values()];
}

function toBasket(row: OpenBasketRow & Partial<BasketRow>): BasketSnapshot {
  const { id, ownerId, version, status = 'open', lastMerge = null, submittedAt = null } = row;
  const { cancelledAt = null, currency = null } = row;
  const metadata = row.metadata ?? {};
  // `settleAvailability` finds it out.
  const states = { lastMerge, submittedAt, cancelledAt, reservedUntil: null };
  return { id, ownerId, status, version, ...states, metadata, currency, lines: [] };
}

/**
 * Writes its members out, because each request comes here: a spread takes four times as long.
 * TypeScript reports a missing member.
 */
function toLine(row: OpenBasketRow & Partial<PinnedLine>, position: number): LineSnapshot {
  const { sku, variant, quantity, unitPriceMinorWhenAdded } = row;
  const { namePinned = null, unitPriceMinorPinned = null } = row;
  const isPinned = namePinned !== null && unitPriceMinorPinned !== null;
  return {
    sku,
    variant,
    attributes: row.attributes ?? {},
    quantity,
    unitPriceMinorWhenAdded,
    position,
    pinned: isPinned ? { name: namePinned, unitPriceMinor: unitPriceMinorPinned } : null,
    // A line without a product has only nulls here.
    product: row.name === null ? null : toLineProduct(row),
  };
}
