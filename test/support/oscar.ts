import pg from 'pg';
import { deflateSync } from 'node:zlib';
import { createDatabase, type TestDatabase } from './database.js';

/**
 * The tables of django-oscar 3 with baskets, as its migrations create them. Columns that the import
 * does not read are left out.
 */
const TABLES = `
  CREATE TABLE auth_user (
    id serial PRIMARY KEY, password varchar(128) NOT NULL, username varchar(150) NOT NULL,
    first_name varchar(150) NOT NULL, last_name varchar(150) NOT NULL, email varchar(254) NOT NULL
  );
  CREATE TABLE catalogue_product (id serial PRIMARY KEY, upc varchar(64), title varchar(255) NOT NULL);
  CREATE TABLE partner_stockrecord (
    id serial PRIMARY KEY, product_id int NOT NULL, partner_sku varchar(128) NOT NULL, price numeric(12, 2)
  );
  CREATE TABLE basket_basket (
    id bigserial PRIMARY KEY, owner_id int, status varchar(128) NOT NULL DEFAULT 'Open',
    date_created timestamptz NOT NULL DEFAULT now(), date_merged timestamptz, date_submitted timestamptz
  );
  CREATE TABLE basket_line (
    id bigserial PRIMARY KEY, basket_id bigint NOT NULL, line_reference varchar(128) NOT NULL DEFAULT '',
    product_id int NOT NULL, stockrecord_id int NOT NULL, quantity int NOT NULL,
    price_currency varchar(12) NOT NULL DEFAULT 'EUR', price_excl_tax numeric(12, 2), price_incl_tax numeric(12, 2),
    date_created timestamptz NOT NULL DEFAULT now()
  );
  CREATE TABLE catalogue_option (
    id serial PRIMARY KEY, name varchar(128) NOT NULL, code varchar(128) NOT NULL UNIQUE,
    type varchar(255) NOT NULL DEFAULT 'text', required boolean NOT NULL DEFAULT false
  );
  CREATE TABLE basket_lineattribute (
    id bigserial PRIMARY KEY, line_id bigint NOT NULL, option_id int NOT NULL, value jsonb NOT NULL
  );
  CREATE TABLE django_session (
    session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL
  )`;

/** Codes and values. One code can be there twice. */
export type OldOptions = [code: string, value: unknown][];

interface OldBasket {
  owner?: number;
  status?: string;
  createdAt?: string;
  lines: [stock: number, quantity: number, price: string | null, currency?: string, options?: OldOptions][];
}

/** The database of an old shop. */
export class OldShop {
  private constructor(
    private readonly database: TestDatabase,
    private readonly client: pg.Client,
  ) {}

  /** @param options options of CREATE DATABASE */
  static async open(options = ''): Promise<OldShop> {
    const database = await createDatabase('empty', options);
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(TABLES);
    return new OldShop(database, client);
  }

  get url(): string {
    return this.database.url;
  }

  async close(): Promise<void> {
    await this.client.end();
    await this.database.drop();
  }

  async user(email: string, password = '!', name = 'Ada'): Promise<number> {
    return this.insert(
      `INSERT INTO auth_user (email, username, password, first_name, last_name) VALUES ($1, $1, $2, $3, '')`,
      [email, password, name],
    );
  }

  /** Adds a stock record and returns its id. The catalogue has the sku as well, as `upc`. */
  async stock(sku: string, upc: string | null = null): Promise<number> {
    const product = await this.insert(`INSERT INTO catalogue_product (upc, title) VALUES ($1, 'x')`, [upc]);
    return this.insert('INSERT INTO partner_stockrecord (product_id, partner_sku) VALUES ($1, $2)', [
      product,
      sku,
    ]);
  }

  async basket({ owner, status = 'Open', createdAt = '2020-01-01', lines }: OldBasket): Promise<number> {
    const id = await this.insert(
      'INSERT INTO basket_basket (owner_id, status, date_created) VALUES ($1, $2, $3)',
      [owner, status, createdAt],
    );
    for (const [stock, quantity, price, currency = 'EUR', options = []] of lines) {
      const line = await this.insert(
        `INSERT INTO basket_line (basket_id, product_id, stockrecord_id, quantity, price_incl_tax, price_currency)
         SELECT $1, product_id, id, $3, $4, $5 FROM partner_stockrecord WHERE id = $2`,
        [id, stock, quantity, price, currency],
      );
      for (const [code, value] of options) await this.option(line, code, value);
    }
    return id;
  }

  /** Stores the value in the type of the column, as text or as JSON. */
  private async option(line: number, code: string, value: unknown): Promise<void> {
    const option = await this.insert(
      `INSERT INTO catalogue_option (name, code) VALUES ('x', $1) ON CONFLICT (code) DO UPDATE SET name = 'x'`,
      [code],
    );
    await this.insert(
      `INSERT INTO basket_lineattribute (line_id, option_id, value)
       SELECT $1, $2, value FROM json_populate_record(NULL::basket_lineattribute, json_build_object('value', $3::json))`,
      [line, option, JSON.stringify(value)],
    );
  }

  async session(key: string, data: string, livesFor = '1 day'): Promise<void> {
    await this.client.query('INSERT INTO django_session VALUES ($1, $2, now() + $3::interval)', [
      key,
      data,
      livesFor,
    ]);
  }

  async sql(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  async count(table: string): Promise<number> {
    const { rows } = await this.client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table}`,
    );
    return rows[0]?.count ?? NaN;
  }

  private async insert(sql: string, values: unknown[]): Promise<number> {
    const { rows } = await this.client.query<{ id: number }>(`${sql} RETURNING id::int`, values);
    return rows[0]?.id ?? NaN;
  }
}

/**
 * `session_data` as Django has written it since 3.1 (long data deflated), and in the older form.
 */
export const djangoSession = {
  plain: (session: object) => `${Buffer.from(JSON.stringify(session)).toString('base64url')}:1abc:sig`,
  deflated: (session: object) => `.${deflateSync(JSON.stringify(session)).toString('base64url')}:1abc:sig`,
  old: (session: object) => Buffer.from(`0123abcd:${JSON.stringify(session)}`).toString('base64'),
};
