import type pg from 'pg';
import { ListeningClient } from '../database/listening-client.js';
import { basketIdOf, readDjangoSession } from './django-session.js';

/** The numbers of baskets in the old shop. */
export interface OscarCounts {
  owned: number;
  guest: number;
  /** Baskets that are not open: merged, saved, frozen or submitted. */
  other: number;
  /** The average number of lines in a basket, from the database's statistics. */
  linesOfABasket: number;
}

/** An active Django session that names a guest's basket. */
export interface OscarSession {
  id: string;
  basketId: number;
  /** Milliseconds since 1970. */
  expiredAt: number;
}

const TABLES = ['basket_basket', 'basket_line', 'catalogue_product', 'partner_stockrecord'];
const SESSIONS_AT_ONCE = 5_000;

/** Django's keys have 32 characters in a column of 40. Our index can't store much longer keys. */
const MAX_KEY_LENGTH = 128;

/**
 * Returns the bytes of a SQL_ASCII database unchanged. Otherwise invalid UTF-8 would end the
 * statement.
 */
const KEEP_BYTES = `
  SELECT set_config('client_encoding', 'SQL_ASCII', true) WHERE current_setting('server_encoding') = 'SQL_ASCII'`;

const OPEN = `b.status = 'Open'`;

/** SQL: a column that only some versions have. Null if it is missing. */
const column = (row: string, name: string) => `to_jsonb(${row}) ->> '${name}'`;

/** Selects open baskets: those with an owner, or guests' baskets by id. */
export type BasketSelection = 'owned' | number[];

const whereOf = (selection: BasketSelection) =>
  selection === 'owned'
    ? `${OPEN} AND b.owner_id IS NOT NULL`
    : `${OPEN} AND b.owner_id IS NULL AND b.id IN (${selection.join()})`;

/** `users` is the quoted name of the table. */
export function selectBaskets(users: string, selection: BasketSelection): string {
  const name = `btrim(concat_ws(' ', ${column('u', 'first_name')}, ${column('u', 'last_name')}))`;
  return `
    SELECT b.id, b.owner_id IS NULL, ${column('u', 'email')}, ${column('u', 'password')}, nullif(${name}, ''), b.date_created
    FROM basket_basket b LEFT JOIN ${users} u ON u.id = b.owner_id
    WHERE ${whereOf(selection)}`;
}

/** Returns a query for COPY: basket, sku, quantity, price, currency, added. */
export function selectLines(selection: BasketSelection): string {
  return `
    SELECT l.basket_id, coalesce(nullif(btrim(s.partner_sku), ''), nullif(btrim(p.upc), '')), l.quantity,
      coalesce(${column('l', 'price_incl_tax')}, ${column('l', 'price_excl_tax')}),
      CASE WHEN to_jsonb(l) ? 'price_currency' THEN coalesce(${column('l', 'price_currency')}, '') END,
      coalesce(${column('l', 'date_created')}, b.date_created::text)
    FROM basket_line l
    JOIN basket_basket b ON b.id = l.basket_id
    LEFT JOIN catalogue_product p ON p.id = l.product_id
    LEFT JOIN partner_stockrecord s ON s.id = l.stockrecord_id
    WHERE ${whereOf(selection)}`;
}

export const COUNT = `
  SELECT count(*) FILTER (WHERE ${OPEN} AND owner_id IS NOT NULL)::int AS owned,
    count(*) FILTER (WHERE ${OPEN} AND owner_id IS NULL)::int AS guest,
    count(*) FILTER (WHERE NOT ${OPEN})::int AS other,
    (
      SELECT coalesce(max(l.reltuples) / nullif(max(b.reltuples), 0), 0)::float8 FROM pg_class l, pg_class b
      WHERE l.oid = 'basket_line'::regclass AND b.oid = 'basket_basket'::regclass AND l.reltuples > 0
    ) AS "linesOfABasket"
  FROM basket_basket b`;

/**
 * The database of a django-oscar shop, versions 1 to 4. It is read in one snapshot and never
 * written.
 */
export class Oscar {
  private constructor(
    readonly client: pg.Client,
    private readonly users: string,
  ) {}

  /**
   * @param users the table of users, because a shop can have its own
   * @throws Error that names a missing table
   */
  static async open(url: string, users: string): Promise<Oscar> {
    const client = new ListeningClient({ connectionString: url, application_name: 'basketkeeper-import' });
    await client.connect();
    const oscar = new Oscar(client, client.escapeIdentifier(users));
    try {
      await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL datestyle = 'ISO'`);
      await client.query(KEEP_BYTES);
      await oscar.assertTables([...TABLES, users]);
      return oscar;
    } catch (error) {
      await oscar.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async count(): Promise<OscarCounts> {
    const { rows } = await this.client.query<OscarCounts>(COUNT);
    return rows[0] ?? { owned: 0, guest: 0, other: 0, linesOfABasket: 0 };
  }

  /** Returns a query for COPY: id, is guest, email, password, name, created. */
  baskets(selection: BasketSelection): string {
    return selectBaskets(this.users, selection);
  }

  /**
   * Reads the active sessions that name a basket, in batches.
   *
   * Returns nothing if the shop keeps its sessions elsewhere.
   */
  async *sessions(): AsyncGenerator<{ sessions: OscarSession[]; unreadable: number }> {
    if (!(await this.has('django_session'))) return;
    await this.client.query(`
      DECLARE active NO SCROLL CURSOR FOR
      SELECT session_key AS id, session_data AS data, (extract(epoch FROM expire_date) * 1000)::float8 AS "expiredAt"
      FROM django_session WHERE expire_date > now()`);
    for (;;) {
      type Row = { id: string; data: string; expiredAt: number };
      const { rows } = await this.client.query<Row>(`FETCH ${SESSIONS_AT_ONCE} FROM active`);
      if (rows.length === 0) return;
      const read = rows.map(({ data, ...row }) => ({
        ...row,
        session: row.id.length <= MAX_KEY_LENGTH ? readDjangoSession(data) : null,
      }));
      yield {
        sessions: read.flatMap(({ id, expiredAt, session }) => {
          const basketId = session && basketIdOf(session);
          return basketId ? { id, basketId, expiredAt } : [];
        }),
        unreadable: read.filter(({ session }) => session === null).length,
      };
    }
  }

  private async assertTables(names: string[]): Promise<void> {
    for (const name of names) {
      if (await this.has(name)) continue;
      throw new Error(`The source has no table ${name}: it is not the database of a django-oscar shop`);
    }
  }

  private async has(table: string): Promise<boolean> {
    const sql = 'SELECT to_regclass($1) IS NOT NULL AS has';
    const { rows } = await this.client.query<{ has: boolean }>(sql, [this.client.escapeIdentifier(table)]);
    return rows[0]?.has ?? false;
  }
}
