import type { EntityManager } from 'typeorm';
import type { BasketStatus } from './basket.entity.js';

/** What the catalogue says now of a product in a basket. */
export interface LineProduct {
  name: string;
  unitPriceMinor: number;
  stock: number | null;
  isActive: boolean;
}

export interface StoredLine {
  sku: string;
  quantity: number;
  unitPriceMinorWhenAdded: number;
  /** Null: the catalogue has it no more. */
  product: LineProduct | null;
}

/** A basket as it is read: with its lines, and with what the catalogue says of them now. */
export interface StoredBasket {
  id: string;
  ownerId: string | null;
  status: BasketStatus;
  version: number;
  lines: StoredLine[];
}

type Row = Omit<StoredBasket, 'lines'> & Omit<StoredLine, 'product'> & LineProduct;

/** One statement: basket, lines and products are of one moment. Lines come in the order in which they were added. */
const SELECT = `
  SELECT b.id, b.owner_id AS "ownerId", b.status, b.version,
    l.sku, l.quantity, l.unit_price_minor_when_added AS "unitPriceMinorWhenAdded",
    p.name, p.unit_price_minor AS "unitPriceMinor", p.stock, p.is_active AS "isActive"
  FROM baskets b
  LEFT JOIN basket_lines l ON l.basket_id = b.id
  LEFT JOIN products p ON p.sku = l.sku`;

const ORDER = 'ORDER BY l.added_at, l.sku';

/** Whose basket: a guest's by its id, which their session knows, or the one basket of a user that is not submitted. */
export type BasketOf = { basketId: string } | { ownerId: string };

/** With `FOR UPDATE` the basket is locked for the rest of the transaction. */
export async function findBasket(
  manager: EntityManager,
  of: BasketOf,
  lock: 'FOR UPDATE OF b' | '' = '',
): Promise<StoredBasket | null> {
  const isGuest = 'basketId' in of;
  const where = isGuest ? 'b.id = $1 AND b.owner_id IS NULL' : 'b.owner_id = $1';
  const sql = `${SELECT} WHERE ${where} AND b.status <> 'submitted' ${ORDER} ${lock}`;
  const [basket] = toBaskets(await manager.query<Row[]>(sql, [isGuest ? of.basketId : of.ownerId]));
  return basket ?? null;
}

export async function findBaskets(manager: EntityManager, ids: string[]): Promise<StoredBasket[]> {
  return toBaskets(await manager.query<Row[]>(`${SELECT} WHERE b.id = ANY ($1) ${ORDER}`, [ids]));
}

function toBaskets(rows: Row[]): StoredBasket[] {
  const baskets = new Map<string, StoredBasket>();
  for (const row of rows) {
    const { id, ownerId, status, version } = row;
    const basket = baskets.get(id) ?? { id, ownerId, status, version, lines: [] };
    baskets.set(id, basket);
    // A basket without lines is one row without a sku.
    if (row.sku !== null) basket.lines.push(toLine(row));
  }
  return [...baskets.values()];
}

function toLine({ sku, quantity, unitPriceMinorWhenAdded, ...product }: Row): StoredLine {
  const { name, unitPriceMinor, stock, isActive } = product;
  const isKnown = name !== null;
  return {
    sku,
    quantity,
    unitPriceMinorWhenAdded,
    product: isKnown ? { name, unitPriceMinor, stock, isActive } : null,
  };
}
