import type { DataSource, EntityManager } from 'typeorm';
import type { MergeReport } from '../../auth/event/user-logged-in.event.js';
import { queryNamed } from '../../database/named-statement.js';
import type { BasketStatus } from '../basket.entity.js';

/** What the catalogue says now of a product in a basket. */
export interface LineProduct {
  name: string;
  unitPriceMinor: number;
  stock: number | null;
  isActive: boolean;
}

export interface LineSnapshot {
  sku: string;
  quantity: number;
  unitPriceMinorWhenAdded: number;
  /** The price and the name that hold since the basket was frozen or submitted. */
  pinned: { name: string; unitPriceMinor: number } | null;
  /** Null: the catalogue has it no more. */
  product: LineProduct | null;
}

/** A basket as it is read: with its lines, and with what the catalogue says of them now. */
export interface BasketSnapshot {
  id: string;
  ownerId: string | null;
  status: BasketStatus;
  version: number;
  lastMerge: MergeReport | null;
  submittedAt: Date | null;
  /** Pinned since it was frozen or submitted; null in an open basket, and in an old row until the job fills it. */
  currency: string | null;
  lines: LineSnapshot[];
}

type BasketColumns = Omit<BasketSnapshot, 'lines'>;
type LineColumns = Omit<LineSnapshot, 'product' | 'pinned'> & {
  namePinned: string | null;
  unitPriceMinorPinned: number;
};
export type BasketRow = BasketColumns & LineColumns & LineProduct;

const PRODUCT_COLUMNS = `p.name, p.unit_price_minor AS "unitPriceMinor", p.stock, p.is_active AS "isActive"`;

/** Of a line `l` and its product `p`. */
export const LINE_COLUMNS = `
  l.sku, l.quantity, l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  l.name_pinned AS "namePinned", l.unit_price_minor_pinned AS "unitPriceMinorPinned", ${PRODUCT_COLUMNS}`;

/** Of an open basket `b` that has just been changed, a line `l` and its product `p`; nothing is pinned in an open one. */
export const CHANGED_COLUMNS = `
  b.id, b.owner_id AS "ownerId", 'open' AS status, b.version, NULL AS "lastMerge", NULL AS "submittedAt",
  NULL AS currency, l.sku, l.quantity, l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
  NULL AS "namePinned", NULL AS "unitPriceMinorPinned", ${PRODUCT_COLUMNS}`;

/** One statement: basket, lines and products are of one moment. Lines come in the order in which they were added. */
const SELECT = `
  SELECT b.id, b.owner_id AS "ownerId", b.status, b.version, b.last_merge AS "lastMerge",
    b.submitted_at AS "submittedAt", b.currency, ${LINE_COLUMNS}
  FROM baskets b
  LEFT JOIN basket_lines l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku`;

const ORDER = 'ORDER BY l.added_at, l.sku';

/** The basket that can still be changed. `$1` is its id, or that of its owner. */
const BASKET_FILTER = {
  guest: `b.id = $1 AND b.owner_id IS NULL AND b.status <> 'submitted'`,
  user: `b.owner_id = $1 AND b.status <> 'submitted'`,
};

const READ = {
  guest: { name: 'read-guest', text: `${SELECT} WHERE ${BASKET_FILTER.guest} ${ORDER}` },
  user: { name: 'read-user', text: `${SELECT} WHERE ${BASKET_FILTER.user} ${ORDER}` },
};

/** Whose basket: a guest's by its id, which their session knows, or the one basket of a user that is not submitted. */
export type BasketKey = { basketId: string } | { ownerId: string };

/** The basket that can still be changed. */
export async function findBasket(manager: EntityManager, key: BasketKey): Promise<BasketSnapshot | null> {
  const [basket] = toBaskets(
    'basketId' in key
      ? await manager.query<BasketRow[]>(READ.guest.text, [key.basketId])
      : await manager.query<BasketRow[]>(READ.user.text, [key.ownerId]),
  );
  return basket ?? null;
}

/**
 * The basket that can still be changed, locked for the rest of the transaction.
 *
 * Two statements: one that waits for the lock answers the basket as it is then, but its lines as they were before.
 */
export async function lockBasket(manager: EntityManager, key: BasketKey): Promise<BasketSnapshot | null> {
  const [filter, id] =
    'basketId' in key ? [BASKET_FILTER.guest, key.basketId] : [BASKET_FILTER.user, key.ownerId];
  await manager.query(`SELECT FROM baskets b WHERE ${filter} FOR UPDATE`, [id]);
  return findBasket(manager, key);
}

/** Baskets of whatever owner and status, in the order of the ids given. */
export async function findBaskets(manager: EntityManager, ids: string[]): Promise<BasketSnapshot[]> {
  const rows = await manager.query<BasketRow[]>(`${SELECT} WHERE b.id = ANY ($1) ${ORDER}`, [ids]);
  const baskets = new Map(toBaskets(rows).map((basket) => [basket.id, basket]));
  return ids.flatMap((id) => baskets.get(id) ?? []);
}

/** Baskets of whatever owner and status, locked in the order of their ids, as everywhere; see `lockBasket`. */
export async function lockBaskets(manager: EntityManager, ids: string[]): Promise<BasketSnapshot[]> {
  await manager.query('SELECT FROM baskets WHERE id = ANY ($1) ORDER BY id FOR UPDATE', [ids]);
  return findBaskets(manager, ids);
}

/** A user's, without a lock and by name, as every read of a user with a token does it. */
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

function toLine({
  sku,
  quantity,
  unitPriceMinorWhenAdded,
  namePinned,
  unitPriceMinorPinned,
  ...row
}: BasketRow): LineSnapshot {
  const { name, unitPriceMinor, stock, isActive } = row;
  const isKnown = name !== null;
  return {
    sku,
    quantity,
    unitPriceMinorWhenAdded,
    pinned: namePinned === null ? null : { name: namePinned, unitPriceMinor: unitPriceMinorPinned },
    product: isKnown ? { name, unitPriceMinor, stock, isActive } : null,
  };
}
