import type pg from 'pg';
import { ListeningClient } from '../database/listening-client.js';
import { basketIdOf, readDjangoSession } from './django-session.js';
import { type BasketSelection, COUNT, selectBaskets, selectOptions } from './oscar.queries.js';

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

  /** The same for line, code, value as JSON. Returns null if the shop keeps no options. */
  async options(selection: BasketSelection): Promise<string | null> {
    if (!(await this.has('basket_lineattribute'))) return null;
    return selectOptions(selection, await this.has('catalogue_option'));
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
