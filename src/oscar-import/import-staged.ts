import type { QueryRunner } from 'typeorm';
import { USABLE_HASH } from '../auth/password/password-hash.js';
import { insertedLine } from '../basket/query/line-columns.js';
import { cleanOptions } from './clean-options.js';
import { CLEAN_SKU, cleanSkus, JOIN_CLEAN_SKU } from './clean-skus.js';
import { DATABASE_NOW } from '../database/database-clock.js';

/** The numbers of baskets and lines by result: `imported`, or the reason to skip them. */
export interface ImportCounts {
  baskets: Record<string, number>;
  lines: Record<string, number>;
  guest: number;
  owned: number;
  users: number;
  /** Imported users whose old password hash can't be verified. */
  withoutPassword: number;
}

export interface ImportSettings {
  currency: string;
  /** The digits after the decimal point in prices of the currency: 2 for EUR. */
  minorDigits: number;
  /** The longest lifetime of an imported session, by the database's clock. */
  lifetimeMilliseconds: number;
}

/**
 * SQL: the time in a text, or null. `infinity` and times before 1970 or in the future count as
 * null.
 */
const parseTime = (text: string) => `
      CASE WHEN ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.+-]+)?$' THEN
        CASE WHEN ${text}::timestamptz BETWEEN '1970-01-01Z' AND now() + interval '1 day' THEN ${text}::timestamptz END
      END`;

/** Classifies the lines. `reason` is null if a line is imported. A price must fit into an int. */
export const CLASSIFY_LINES = `
  CREATE TEMPORARY TABLE classified_lines ON COMMIT DROP AS
  -- Materialized: each value is parsed once.
  WITH stated AS MATERIALIZED (
    SELECT l.basket_id, l.currency, l.price IS NOT NULL AS has_price, l.added_at IS NOT NULL AS has_date,
      ${CLEAN_SKU} AS sku, coalesce(k.variant, '') AS variant, coalesce(k.attributes, '{}') AS attributes,
      o.line_id IS NOT NULL AND k.variant IS NULL AS has_unusable_options,
      CASE WHEN l.quantity ~ '^[0-9]{1,10}([.]0+)?$' THEN l.quantity::numeric::bigint END AS quantity,
      CASE WHEN l.price ~ '^[0-9]{1,12}([.][0-9]+)?$' THEN l.price::numeric END AS price,
      ${parseTime('l.added_at')} AS added_at
    FROM old_lines l
    ${JOIN_CLEAN_SKU}
    LEFT JOIN line_options o ON o.line_id = l.id
    LEFT JOIN clean_options k ON k.sku = o.sku AND k.options = o.options
  )
  SELECT l.basket_id, l.sku, l.variant, l.attributes, l.quantity, l.added_at, price.minor AS unit_price_minor,
    CASE
      WHEN l.sku IS NULL THEN 'withoutSku'
      WHEN l.has_unusable_options THEN 'withUnusableOptions'
      WHEN l.quantity IS NULL OR l.quantity NOT BETWEEN 1 AND 2147483647 THEN 'withoutQuantity'
      WHEN l.currency <> $1 THEN 'inAnotherCurrency'
      WHEN price.minor IS NULL OR price.minor NOT BETWEEN 0 AND 2147483647 THEN 'withoutPrice'
      WHEN l.has_date AND l.added_at IS NULL THEN 'impossibleDate'
    END AS reason
  FROM stated l
  LEFT JOIN products p ON p.sku = l.sku
  CROSS JOIN LATERAL (
    SELECT CASE WHEN l.has_price THEN round(l.price * $2::numeric) ELSE p.unit_price_minor END AS minor
  ) AS price`;

/** Sums the lines of a basket with the same sku and attributes. The first price and time stay. */
const SUM_LINES = `
  CREATE TEMPORARY TABLE new_lines ON COMMIT DROP AS
  SELECT basket_id, sku, variant, attributes, least(sum(quantity), 2147483647)::int AS quantity,
    ((array_agg(unit_price_minor ORDER BY added_at))[1])::int AS unit_price_minor, min(added_at) AS added_at
  FROM classified_lines WHERE reason IS NULL GROUP BY basket_id, sku, variant, attributes`;

/** An address that a login accepts: without control characters and U+FFFD. */
const ADDRESS =
  '^[^@[:space:][:cntrl:]\\u0080-\\u009f\\ufffd]+@[^@[:space:][:cntrl:]\\u0080-\\u009f\\ufffd]+$';

/**
 * Classifies the baskets. `reason` is the first reason to skip a basket, or null if it is imported.
 *
 * The new id is a UUID v7. Its first 48 bits are the time when the basket was created, and the rest
 * is random.
 */
export const CLASSIFY_BASKETS = `
  CREATE TEMPORARY TABLE classified_baskets ON COMMIT DROP AS
  WITH sessions_of AS (
    SELECT DISTINCT ON (basket_id) basket_id, id, expired_at FROM old_sessions ORDER BY basket_id, expired_at DESC, id
  ), seen AS (
    SELECT b.id, b.is_guest, b.password, b.name, lower(btrim(normalize(b.email, NFC))) AS address,
      ${parseTime('b.created_at')} AS created_at, s.id AS session_id, s.expired_at, l.basket_id IS NOT NULL AS has_lines
    FROM old_baskets b
    LEFT JOIN sessions_of s ON b.is_guest AND s.basket_id = b.id
    LEFT JOIN (SELECT DISTINCT basket_id FROM new_lines) l ON l.basket_id = b.id
  ), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY is_guest, address, has_lines, created_at IS NULL ORDER BY created_at DESC, id DESC
      ) AS place
    FROM seen
  )
  SELECT r.*, u.id AS user_id, encode(set_byte(overlay(
      uuid_send(gen_random_uuid()) PLACING substring(int8send((extract(epoch FROM r.created_at) * 1000)::int8) FROM 3)
      FROM 1 FOR 6), 6, 112 + (random() * 15)::int), 'hex')::uuid AS new_id,
    CASE
      WHEN NOT r.is_guest AND coalesce(r.address, '') !~ '${ADDRESS}' THEN 'ownerWithoutEmail'
      WHEN NOT r.is_guest AND octet_length(r.address) > 254 THEN 'ownerWithoutEmail'
      WHEN NOT r.has_lines THEN 'empty'
      WHEN r.created_at IS NULL THEN 'impossibleDate'
      WHEN NOT r.is_guest AND r.place > 1 THEN 'ownerHasNewerBasket'
      WHEN EXISTS (SELECT FROM baskets b WHERE b.owner_id = u.id AND b.status = 'open') THEN 'ownerHasBasket'
      WHEN EXISTS (SELECT FROM sessions s WHERE s.id = r.session_id) THEN 'alreadyTaken'
    END AS reason
  FROM ranked r LEFT JOIN users u ON u.email = r.address`;

/** Keeps Django's password hashes. The first login replaces such a hash by one of ours. */
const IMPORT_USERS = `
  WITH imported AS (
    INSERT INTO users (email, password_hash, display_name)
    SELECT address, CASE WHEN password ~ $1 THEN password ELSE '!' END, left(name, 100) FROM classified_baskets
    WHERE reason IS NULL AND NOT is_guest AND user_id IS NULL
    ON CONFLICT (email) DO NOTHING
    RETURNING password_hash
  )
  SELECT count(*)::int AS users, count(*) FILTER (WHERE password_hash = '!')::int AS "withoutPassword" FROM imported`;

const IMPORT_BASKETS = `
  INSERT INTO baskets (id, owner_id, created_at, updated_at)
  SELECT b.new_id, u.id, b.created_at, now()
  FROM classified_baskets b LEFT JOIN users u ON NOT b.is_guest AND u.email = b.address
  WHERE b.reason IS NULL
  ORDER BY b.new_id`;

const imported = insertedLine({
  basketId: 'b.new_id',
  sku: 'l.sku',
  variant: 'l.variant',
  attributes: 'l.attributes',
  quantity: 'l.quantity',
  unitPriceMinorWhenAdded: 'l.unit_price_minor',
  addedAt: 'coalesce(l.added_at, b.created_at)',
});

export const IMPORT_LINES = `
  INSERT INTO basket_lines (${imported.columns})
  SELECT ${imported.expressions}
  FROM new_lines l JOIN classified_baskets b ON b.id = l.basket_id
  WHERE b.reason IS NULL
  ORDER BY b.new_id`;

export const IMPORT_SESSIONS = `
  INSERT INTO sessions (id, expired_at, basket_id)
  SELECT session_id, least(expired_at, ${DATABASE_NOW} + $1)::bigint, new_id FROM classified_baskets
  WHERE reason IS NULL AND is_guest`;

const COUNT = `
  SELECT json_build_object(
    'owned', (SELECT count(*) FROM classified_baskets WHERE reason IS NULL AND NOT is_guest),
    'guest', (SELECT count(*) FROM classified_baskets WHERE reason IS NULL AND is_guest),
    'baskets', (SELECT coalesce(json_object_agg(reason, count), '{}') FROM (
      SELECT reason, count(*) FROM classified_baskets WHERE reason IS NOT NULL GROUP BY reason) AS skipped),
    'lines', (SELECT coalesce(json_object_agg(reason, count), '{}') FROM (
      SELECT coalesce(l.reason, CASE WHEN b.reason IS NULL THEN 'imported' ELSE 'ofABasketLeftBehind' END) AS reason, count(*)
      FROM classified_lines l JOIN classified_baskets b ON b.id = l.basket_id GROUP BY 1) AS classified)
  ) AS counts`;

/** Imports the rows of the staging tables into the shop's tables, in the caller's transaction. */
export async function importStaged(
  queryRunner: QueryRunner,
  settings: ImportSettings,
): Promise<ImportCounts> {
  const { manager } = queryRunner;
  await manager.query('ANALYZE old_baskets, old_lines, old_options, old_sessions');
  await cleanSkus(manager);
  await cleanOptions(manager);
  await manager.query(CLASSIFY_LINES, [settings.currency, 10 ** settings.minorDigits]);
  await manager.query(SUM_LINES);
  await manager.query('ANALYZE new_lines');
  await manager.query(CLASSIFY_BASKETS);
  await manager.query('ANALYZE classified_baskets, classified_lines');
  type Users = Pick<ImportCounts, 'users' | 'withoutPassword'>;
  const [users] = await manager.query<[Users]>(IMPORT_USERS, [USABLE_HASH]);
  await manager.query(IMPORT_BASKETS);
  await manager.query(IMPORT_LINES);
  await manager.query(IMPORT_SESSIONS, [settings.lifetimeMilliseconds]);
  const [row] = await manager.query<[{ counts: Omit<ImportCounts, keyof Users> }]>(COUNT);
  return { ...row.counts, ...users };
}
