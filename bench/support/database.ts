import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/app/migrate.js';

/** Memory and WAL as on a dedicated server. All other settings are the defaults. */
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB', max_connections: '300' };

/**
 * A separate PostgreSQL for one benchmark, with a filled database that is copied for every
 * contender.
 */
export class BenchDatabase {
  private constructor(
    readonly url: string,
    readonly postmasterPid: number,
    private readonly admin: pg.Client,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(fill: (client: pg.Client) => Promise<void>): Promise<BenchDatabase> {
    const home = await mkdtemp(join(tmpdir(), 'basketkeeper-bench-'));
    // PostgreSQL runs under another account when we are root. That account needs access.
    await chmod(home, 0o755);
    const server = await startEmbeddedPostgres({ home, settings: SETTINGS });
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    const pid = Number((await readFile(join(home, 'postgres/postmaster.pid'), 'utf8')).split('\n', 1)[0]);
    const database = new BenchDatabase(server.url, pid, admin, async () => {
      await admin.end();
      await server.stop();
      await rm(home, { recursive: true, force: true });
    });
    try {
      await database.add('filled', fill);
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** Creates another database, migrates and fills it, and returns its URL. */
  async add(name: string, fill: (client: pg.Client) => Promise<void>): Promise<string> {
    await this.admin.query(`CREATE DATABASE ${name}`);
    await migrate(this.urlOf(name));
    await withClient(this.urlOf(name), fill);
    return this.urlOf(name);
  }

  /** Runs the work on a fresh copy of the filled database. */
  async onCopy<T>(work: (url: string) => Promise<T>): Promise<T> {
    await this.admin.query('CREATE DATABASE copy TEMPLATE filled STRATEGY file_copy');
    await this.admin.query('CHECKPOINT');
    try {
      return await work(this.urlOf('copy'));
    } finally {
      await this.admin.query('DROP DATABASE copy WITH (FORCE)');
    }
  }

  async version(): Promise<string> {
    const { rows } = await this.admin.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version ?? '';
  }

  async close(): Promise<void> {
    await this.stop();
  }

  private urlOf(name: string): string {
    const url = new URL(this.url);
    url.pathname = `/${name}`;
    return url.href;
  }
}

export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
