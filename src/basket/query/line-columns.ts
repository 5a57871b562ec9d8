import type { StatementValue } from '../../database/named-statement.js';
import type { BasketLine } from '../basket-line.entity.js';
import { type Attributes, variantOf } from './line-id.js';

/**
 * The source of a column's value:
 * - `basket`: the basket of the line. A merge changes it.
 * - `request`: the request that adds the line (`toAddedLine`).
 * - `product`: the catalogue, when the line is added.
 * - `database`: the default of the table. A snapshot has no such column.
 * - `checkout`: freeze and submit pin it, and thaw clears it.
 * - `submit`: submit sets it.
 *
 * A later add changes the quantity alone. A merge copies a line of the guest with all columns
 * except those of `checkout` and `submit`.
 */
type Origin = 'basket' | 'request' | 'product' | 'database' | 'checkout' | 'submit';

interface LineColumn {
  property: Exclude<keyof BasketLine, 'basket'>;
  column: string;
  origin: Origin;
  /** The type of a value that is sent as JSON. */
  type?: 'jsonb';
  /** The expression of a read. Null instead of `{}`, because most lines have no attributes. */
  selected?: string;
  /**
   * Of `checkout`: the column of the product, and the line's own when the catalogue has no such
   * product.
   */
  pinned?: { product: string; line: string };
}

/**
 * The columns of a line. Every statement that selects, inserts or copies a line is built from this
 * list.
 */
export const LINE_COLUMNS = [
  { property: 'basketId', column: 'basket_id', origin: 'basket' },
  { property: 'sku', column: 'sku', origin: 'request' },
  { property: 'variant', column: 'variant', origin: 'request' },
  {
    property: 'attributes',
    column: 'attributes',
    origin: 'request',
    type: 'jsonb',
    selected: `CASE WHEN l.variant <> '' THEN l.attributes END`,
  },
  { property: 'quantity', column: 'quantity', origin: 'request' },
  { property: 'unitPriceMinorWhenAdded', column: 'unit_price_minor_when_added', origin: 'product' },
  { property: 'addedAt', column: 'added_at', origin: 'database' },
  {
    property: 'namePinned',
    column: 'name_pinned',
    origin: 'checkout',
    pinned: { product: 'name', line: 'sku' },
  },
  {
    property: 'unitPriceMinorPinned',
    column: 'unit_price_minor_pinned',
    origin: 'checkout',
    pinned: { product: 'unit_price_minor', line: 'unit_price_minor_when_added' },
  },
  { property: 'isStockTaken', column: 'is_stock_taken', origin: 'submit' },
] as const satisfies LineColumn[];

type Column = (typeof LINE_COLUMNS)[number];
type ColumnOf<O extends Origin> = Extract<Column, { origin: O }>;
type PropertyOf<O extends Origin> = ColumnOf<O>['property'];

/** The columns of these origins, in the order of the description. */
export function columnsOf<O extends Origin>(...origins: O[]): ColumnOf<O>[] {
  return LINE_COLUMNS.filter((column) => (origins as Origin[]).includes(column.origin)) as ColumnOf<O>[];
}

const ADDED = columnsOf('request');
const CARRIED = columnsOf('request', 'product');
const PINNED = columnsOf('checkout');

/** The columns that a request gives to the line that it adds. */
export type AddedLine = Pick<BasketLine, PropertyOf<'request'>>;

/** The members of a request that adds a line. Null and `{}` are the same as no attributes. */
export interface LineRequest {
  sku: string;
  quantity: number;
  attributes?: Attributes | null;
}

/** The columns that a snapshot and an answer have under the same names. */
export type CarriedLine = Pick<BasketLine, PropertyOf<'request' | 'product'>>;

/** The pinned columns. */
export type PinnedLine = Pick<BasketLine, PropertyOf<'checkout'>>;

export function toAddedLine({ sku, quantity, attributes }: LineRequest): AddedLine {
  if (!attributes) return { sku, variant: '', attributes: {}, quantity };
  return { sku, variant: variantOf(sku, attributes), attributes, quantity };
}

/** The values of `addedPlaceholders`. */
export function addedValues(line: AddedLine): StatementValue[] {
  return ADDED.map(({ property }) => toValue(line[property]));
}

function toValue(value: AddedLine[keyof AddedLine]): StatementValue {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

export const ADDED_COUNT = ADDED.length;

/**
 * SQL: a placeholder for each column that the request gives; `first` is the number of the first.
 */
export function addedPlaceholders(first: number): Record<keyof AddedLine, string> {
  const placeholders = ADDED.map((column, index) => [
    column.property,
    `$${first + index}${'type' in column ? `::${column.type}` : ''}`,
  ]);
  return Object.fromEntries(placeholders) as Record<keyof AddedLine, string>;
}

const names = (columns: { column: string }[]) => columns.map(({ column }) => column).join(', ');

/** SQL: the columns of `CarriedLine`, by their names in the table. */
export const CARRIED_COLUMNS = names(CARRIED);

function selectedColumn(each: Column): string {
  if ('selected' in each) return `${each.selected} AS ${each.property}`;
  const { property, column } = each;
  return `l.${column}${column === (property as string) ? '' : ` AS "${property}"`}`;
}

/** SQL: the columns of a line `l` for a snapshot, by the names of the properties. */
export const SELECTED_LINE = [...CARRIED, ...PINNED].map(selectedColumn).join(', ');

/** SQL: the same of a line in an open basket, which has no pins. */
export const SELECTED_OPEN_LINE = CARRIED.map(selectedColumn).join(', ');

/**
 * SQL: an expression for each column that an insert fills. The default of `addedAt` is the present.
 */
type InsertedLine = Record<PropertyOf<'basket' | 'request' | 'product'>, string> &
  Partial<Record<PropertyOf<'database'>, string>>;

/** SQL: the list of columns of an INSERT, and the list of expressions of its SELECT. */
export function insertedLine(line: InsertedLine): { columns: string; expressions: string } {
  const filled = columnsOf('basket', 'request', 'product', 'database').filter(
    ({ property }) => line[property],
  );
  return {
    columns: names(filled),
    expressions: filled.map(({ property }) => line[property]).join(', '),
  };
}

/** SQL: the columns of a line `l` of another basket, for `insertedLine`. */
export function copiedLine(): Record<PropertyOf<'request' | 'product' | 'database'>, string> {
  const copied = columnsOf('request', 'product', 'database').map(({ property, column }) => [
    property,
    `l.${column}`,
  ]);
  return Object.fromEntries(copied) as ReturnType<typeof copiedLine>;
}

/** SQL: the columns that identify a line in its basket. */
export const LINE_KEY = 'sku, variant';

/** The same as a text. A variant has no space. */
export function lineKeyOf({ sku, variant }: Pick<AddedLine, 'sku' | 'variant'>): string {
  return `${variant} ${sku}`;
}

/** SQL: the id of a row of lines in the API. */
export const lineId = (row: string): string =>
  `CASE WHEN ${row}.variant = '' THEN ${row}.sku ELSE ${row}.variant END`;

/** SQL: an existing line keeps all columns except its quantity. */
export const ON_LINE_CONFLICT =
  'ON CONFLICT (basket_id, sku, variant) DO UPDATE SET quantity = excluded.quantity';

/** SQL: the pins of a line `l` and its product `p`, by their names in the table. */
export const PINS = PINNED.map(
  ({ column, pinned: { product, line } }) => `coalesce(p.${product}, l.${line}) AS ${column}`,
).join(', ');

/** SQL: sets the pins from `pins`, the result of `PINS`. */
export const SET_PINS = PINNED.map(({ column }) => `${column} = pins.${column}`).join(', ');

/** SQL: sets the missing pins of a line `l` from its product `p`. */
export const SET_MISSING_PINS = PINNED.map(
  ({ column, pinned: { product } }) => `${column} = coalesce(l.${column}, p.${product})`,
).join(', ');

export const CLEAR_PINS = PINNED.map(({ column }) => `${column} = NULL`).join(', ');
