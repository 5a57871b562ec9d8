import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { AppModule } from '../../src/app/app.module.js';
import { listen, configureApp } from '../../src/app/configure-app.js';
import { ApiKeyService } from '../../src/auth/api-key/api-key.service.js';
import type { ApiKeyScope } from '../../src/auth/api-key/api-key-scopes.js';
import { AuditService } from '../../src/basket/expiry/audit.service.js';
import { Product } from '../../src/catalogue/product.entity.js';
import { readEnvironment } from '../../src/config/environment.js';
import { createAdapter } from '../../src/http/server/create-adapter.js';
import {
  type CleanupOptions,
  type CleanupReport,
  SessionCleanup,
} from '../../src/session/cleanup/session-cleanup.service.js';
import { builtWeb } from './build.js';
import { createDatabase, type TestDatabase } from './database.js';
import { Client } from './client.js';

type Settings = Record<string, string>;

export interface TestUser {
  id: string;
  email: string;
  password: string;
}

export const PASSWORD = 'correct horse battery';

/** A running shop on its own database, with methods in the words of a shop. */
export class Shop {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly url: string,
    private readonly database: TestDatabase,
    private readonly others: Shop[],
  ) {}

  static async open(settings: Settings = {}): Promise<Shop> {
    const database = await createDatabase();
    return Shop.start(database, settings);
  }

  private static async start(database: TestDatabase, settings: Settings): Promise<Shop> {
    const fixed = {
      DATABASE_URL: database.url,
      DATABASE_POOL_SIZE: '8',
      CLEANUP_CRON: 'off',
      // A test file registers more users in a minute than one network normally may.
      RATE_LIMIT_LOGIN: '1000',
    };
    const environment = readEnvironment({ ...fixed, ...settings });
    const app = await NestFactory.create<NestFastifyApplication>(
      AppModule.with(environment),
      createAdapter(environment),
      {
        bodyParser: false,
        abortOnError: false,
        // Tests provoke errors, whose lines would hide the output of the tests.
        logger: false,
      },
    );
    await configureApp(app, builtWeb());
    await listen(app, 0, '127.0.0.1');
    return new Shop(app, (await app.getUrl()) + environment.basePath, database, []);
  }

  /** Starts a second instance on the same database. */
  async instance(settings: Settings = {}): Promise<Shop> {
    const other = await Shop.start(this.database, settings);
    this.others.push(other);
    return other;
  }

  /** Closes the shop. Every invariant of the tables must hold after each test file. */
  async close(): Promise<void> {
    const { invariants } = await this.app.get(AuditService).audit();
    for (const other of this.others) await other.app.close();
    await this.app.close();
    await this.database.drop();
    const broken = invariants.filter(({ count }) => count > 0);
    if (broken.length > 0) throw new Error(`The audit found ${JSON.stringify(broken)}`);
  }

  get dataSource(): DataSource {
    return this.app.get(DataSource);
  }

  get databaseUrl(): string {
    return this.database.url;
  }

  async product(properties: Partial<Product> = {}): Promise<Product> {
    const sku = `SKU-${randomUUID().slice(0, 8)}`;
    const products = this.dataSource.getRepository(Product);
    return products.save(
      products.create({ sku, name: `Product ${sku}`, unitPriceMinor: 100, stock: null, ...properties }),
    );
  }

  guest(): Client {
    return new Client(this.url);
  }

  /** Registers a user, with a basket if given. */
  async user({ basket = [] }: { basket?: [Product, number][] } = {}): Promise<TestUser> {
    const credentials = { email: `${randomUUID()}@example.com`, password: PASSWORD };
    const { body } = await this.guest().sends('POST', '/api/auth/register', credentials);
    if (basket.length > 0) {
      const client = this.guest();
      await client.logsInAs(credentials);
      for (const [product, quantity] of basket) await client.adds(product, quantity);
    }
    return { id: (body as { id: string }).id, ...credentials };
  }

  /** The browser of a guest with one piece of the product. */
  async guestWith(product: Product): Promise<Client> {
    const client = this.guest();
    await client.adds(product);
    return client;
  }

  /** The browser of a logged-in user with one piece of the product. */
  async userWith(product: Product): Promise<Client> {
    const client = this.guest();
    await client.logsInAs(await this.user({ basket: [[product, 1]] }));
    return client;
  }

  /** The browser of a logged-in admin. */
  async admin(): Promise<Client> {
    const user = await this.user();
    await this.sql(`UPDATE users SET role = 'admin' WHERE id = $1`, [user.id]);
    const client = this.guest();
    await client.logsInAs(user);
    return client;
  }

  /** Creates an API key, and returns it as the header of a request. */
  async key(...scopes: ApiKeyScope[]): Promise<{ Authorization: string }> {
    const { key } = await this.app.get(ApiKeyService).create('A program', scopes);
    return { Authorization: `Bearer ${key}` };
  }

  async removeExpired(options: CleanupOptions = {}): Promise<CleanupReport> {
    return this.app.get(SessionCleanup).removeExpired(options);
  }

  /** Lets the session of a guest expire now. */
  async expire(client: Client): Promise<void> {
    await this.sql('UPDATE sessions SET expired_at = $2 WHERE id = $1', [
      client.sessionId,
      Date.now() - 1_000,
    ]);
  }

  async expireAll(): Promise<void> {
    await this.sql('UPDATE sessions SET expired_at = $1', [Date.now() - 1_000]);
  }

  async sql<T extends object>(sql: string, values: unknown[] = []): Promise<T[]> {
    return this.dataSource.query<T[]>(sql, values);
  }

  async count(table: string, where = 'true'): Promise<number> {
    const [row] = await this.sql<{ count: number }>(
      `SELECT count(*)::int AS count FROM ${table} WHERE ${where}`,
    );
    return row?.count ?? NaN;
  }

  /** Counts locks in this shop's database. Other test files use the same server. */
  async countLocks(where: string): Promise<number> {
    const locks = 'pg_locks JOIN pg_stat_activity USING (pid)';
    return this.count(locks, `datname = current_database() AND ${where}`);
  }

  async guestBaskets(): Promise<number> {
    return this.count('baskets', 'owner_id IS NULL');
  }

  /** The sku and quantity of each line of a user's open basket. */
  async basketOf(user: TestUser): Promise<Record<string, number>> {
    const rows = await this.sql<{ sku: string; quantity: number }>(
      `SELECT sku, quantity FROM basket_lines JOIN baskets ON id = basket_id WHERE owner_id = $1 AND status = 'open'`,
      [user.id],
    );
    return Object.fromEntries(rows.map(({ sku, quantity }) => [sku, quantity]));
  }

  /** Counts the orphans. There must never be one. */
  async orphans(): Promise<number> {
    return this.count(
      'baskets',
      `owner_id IS NULL AND status = 'open' AND NOT EXISTS (SELECT FROM sessions WHERE basket_id = baskets.id)`,
    );
  }
}
